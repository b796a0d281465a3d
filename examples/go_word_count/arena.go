// The arena: memory for the host and for answers, all of it given back at the beginning of a chain (docs/abi.md 3).
//
// It is one slice of Go's heap that stays where it is and is used again and again: the garbage collector does not move
// objects, and has nothing to collect once the slice is large enough. Addresses in it are plain numbers; what lies there
// contains no Go pointers.
package main

import "unsafe"

const firstArenaBytes = 64 << 10

var arena struct {
	slabs [][]byte // the last one is in use; earlier ones were too small, and live until the next chain
	used  uint32   // bytes of the last one
}

// allocate returns the address of size bytes, 16-byte aligned, not cleared, valid until the next chain.
func allocate(size uint32) uint32 {
	start := uint64(arena.used+15) &^ 15
	last := len(arena.slabs) - 1
	if last < 0 || start+uint64(size) > uint64(len(arena.slabs[last])) {
		addSlab(size)
		last, start = len(arena.slabs)-1, 0
	}
	arena.used = uint32(start) + size
	return addressOf(arena.slabs[last]) + uint32(start)
}

// addSlab doubles the arena, or more. Slices of 64 KiB and more begin at a page of Go's heap, so they are aligned.
func addSlab(size uint32) {
	bytes := uint64(firstArenaBytes)
	for bytes < uint64(size) || bytes <= slabBytes() {
		bytes *= 2
	}
	arena.slabs = append(arena.slabs, make([]byte, bytes))
}

func slabBytes() (total uint64) {
	for _, slab := range arena.slabs {
		total += uint64(len(slab))
	}
	return total
}

// reset gives everything back. If several slabs were needed, only the last and largest is kept.
func reset() {
	if n := len(arena.slabs); n > 1 {
		arena.slabs = append([][]byte(nil), arena.slabs[n-1])
	}
	arena.used = 0
}

func addressOf(bytes []byte) uint32 {
	return uint32(uintptr(unsafe.Pointer(unsafe.SliceData(bytes))))
}

// at is the memory at an address as a pointer to T; 0 gives nil.
func at[T any](address uint32) *T {
	return (*T)(unsafe.Pointer(uintptr(address)))
}

// sliceAt is n values of T at an address. A column without rows may have address 0.
func sliceAt[T any](address uint32, n int) []T {
	return unsafe.Slice(at[T](address), n)
}

// newSlice allocates n values of T in the arena, not cleared; it returns their address as well.
func newSlice[T any](n int) (uint32, []T) {
	var value T
	address := allocate(uint32(n) * uint32(unsafe.Sizeof(value)))
	return address, sliceAt[T](address, n)
}
