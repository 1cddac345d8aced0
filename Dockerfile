# The two programs of Aftercare in one small image; docker-compose.yml runs it as worker and as starter.
FROM golang:1.26-alpine AS build
WORKDIR /src
# Modules first: they change less often than the code.
COPY go.mod go.sum ./
RUN go mod download
COPY . .
RUN CGO_ENABLED=0 go build -trimpath -ldflags="-s -w" -o /out/ ./worker ./starter

FROM alpine:3.22
RUN apk add --no-cache ca-certificates tzdata && adduser -D -u 10001 aftercare
COPY --from=build /out/ /usr/local/bin/
USER aftercare
WORKDIR /home/aftercare
CMD ["starter", "--help"]
