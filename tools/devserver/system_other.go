//go:build !unix

package main

import "os"

// lockDatabase has no lock to take on this system; the ports of the two servers still collide in the usual case.
func lockDatabase(string) (*os.File, error) { return nil, nil }

// keepNewFilesPrivate has nothing to do where files have no mode.
func keepNewFilesPrivate() {}
