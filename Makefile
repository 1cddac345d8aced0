# Everything a contributor does, by name. `make` alone explains the targets.

SHELL := /bin/bash
.DEFAULT_GOAL := help
.PHONY: help dev prepare test test-race lint fmt build record clean

# Tools of their own module, so that the product's go.mod stays lean.
CHECKS := go tool -modfile=tools/checks/go.mod

# What people pass to `go test`, for example: make test RUN='-run TestReturn ./workflows'
RUN ?= ./...

help: ## Show this list
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-10s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

dev: ## Start everything on this machine: Temporal with its UI, PostgreSQL, worker (data in .aftercare)
	go run ./starter dev

prepare: ## Fetch and build what the tests on real servers need, once per machine, with progress
	go run ./internal/devstack/prepare

test: prepare lint ## Check and test everything, on a real Temporal and a real PostgreSQL
	go test $(RUN) -timeout 80m
	cd tools/devserver && go vet ./... && go test ./... -timeout 10m

test-race: prepare ## The tests with the race detector (needs a C compiler; slow)
	CGO_ENABLED=1 go test -race $(RUN) -timeout 80m

lint: ## go vet, gofumpt, and workflowcheck, which finds what would make a workflow differ on replay
	go vet ./...
	@unformatted=$$($(CHECKS) gofumpt -l .); \
	if [ -n "$$unformatted" ]; then echo "not formatted, run make fmt:"; echo "$$unformatted"; exit 1; fi
	@if [ -d workflows ]; then echo "workflowcheck ./workflows/..."; GOFLAGS="$$GOFLAGS -tags=workflowcheck" $(CHECKS) workflowcheck -test=false -config workflows/workflowcheck.yaml ./workflows/...; fi
	@if command -v golangci-lint >/dev/null; then golangci-lint run; fi

fmt: ## Format every Go file
	$(CHECKS) gofumpt -w .

build: ## Build the two programs into bin/
	go build -o bin/ ./worker ./starter

record: prepare ## Record the histories that the replay tests read; run it after a deliberate change of a workflow
	AFTERCARE_RECORD=1 go test ./internal/endtoend -run TestRecordHistories -count=1 -timeout 25m -v

clean: ## Delete the built programs and the data of `make dev`
	rm -rf bin .aftercare
