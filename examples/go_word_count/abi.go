// The structs of docs/abi.md and the exports of a module: what every Go job would share. Numbers are rules of that page.
package main

import (
	"runtime"
	"unsafe"
)

// array is an Arrow array of the C Data Interface as wasm32 lays it out (6.1). Addresses are numbers, not pointers:
// what the host wrote is not the garbage collector's business.
type array struct {
	length, nullCount, offset, nBuffers, nChildren                int64
	buffers, children, dictionary, release, privateData, _padding uint32
}

// call is what the host asks for (4).
type call struct {
	size, function, batch, rows, selection, wanted uint32
	state, groups, groupCount, keys, times         uint32
	windowStart, windowEnd, _reserved              uint32
	watermark                                      int64
	_more                                          [2]uint32
}

// result is what a function answers (4).
type result struct {
	size, output, state, ports, timersSet, timersDelete, cleared uint32
}

const wantsOutput = 1

var (
	rowMarker   uint32
	description struct{ address, length uint32 }
)

//go:wasmimport lightflus abort
func hostAbort(message, file string, line, column uint32)

//go:wasmexport lf_abi_v1
func lfAbi() {}

//go:wasmexport lf_describe
func lfDescribe() uint32 {
	description.address = uint32(uintptr(unsafe.Pointer(unsafe.StringData(graph))))
	description.length = uint32(len(graph))
	return uint32(uintptr(unsafe.Pointer(&description)))
}

//go:wasmexport lf_row
func lfRow() uint32 { return uint32(uintptr(unsafe.Pointer(&rowMarker))) }

//go:wasmexport lf_alloc
func lfAlloc(size uint32) uint32 { return allocate(size) }

//go:wasmexport lf_reset
func lfReset() { reset() }

//go:wasmexport lf_apply
func lfApply(address uint32) uint32 { return run(address) }

//go:wasmexport lf_fold
func lfFold(address uint32) uint32 { return run(address) }

func run(address uint32) uint32 {
	defer func() {
		if panicked := recover(); panicked != nil {
			file, line := panicPlace()
			hostAbort(messageOf(panicked), file, line, 0)
		}
	}()
	asked := at[call](address)
	answer := allocate(uint32(unsafe.Sizeof(result{})))
	*at[result](answer) = result{size: uint32(unsafe.Sizeof(result{}))}
	functions[asked.function](asked, at[result](answer))
	return answer
}

func messageOf(panicked any) string {
	switch what := panicked.(type) {
	case error:
		return what.Error()
	case string:
		return what
	}
	return "panicked"
}

// panicPlace is the first frame below the runtime's own: the user's line. Called from the deferred function of run.
func panicPlace() (string, uint32) {
	frames := runtime.CallersFrames(callers())
	for {
		frame, more := frames.Next()
		if name := frame.Function; len(name) < 8 || name[:8] != "runtime." {
			return frame.File, uint32(frame.Line)
		}
		if !more {
			return "", 0
		}
	}
}

func callers() []uintptr {
	const self = 4 // runtime.Callers, callers, panicPlace, run's deferred function
	pcs := make([]uintptr, 16)
	return pcs[:runtime.Callers(self, pcs)]
}

// row begins row i of a call (4.3) and says which row of the batch it is.
func (c *call) row(i int) int {
	rowMarker = uint32(i)
	if c.selection == 0 {
		return i
	}
	return int(sliceAt[uint32](c.selection, int(c.rows))[i])
}

// column k of a batch, or field k of a struct.
func (a *array) column(k int) *array {
	return at[array](sliceAt[uint32](a.children, int(a.nChildren))[k])
}

// buffer k of an array: its address, 0 if there is none.
func (a *array) buffer(k int) uint32 {
	return sliceAt[uint32](a.buffers, int(a.nBuffers))[k]
}

// isNull tells whether a row is null: validity bits, least significant first, are 1 where there is a value (6.4).
func (a *array) isNull(row int) bool {
	validity := a.buffer(0)
	return validity != 0 && *at[uint8](validity + uint32(row)/8)>>(row%8)&1 == 0
}

// numbers of a fixed-width column. The caller says what they are; the graph knows.
func numbers[T any](column *array) []T {
	return sliceAt[T](column.buffer(1), int(column.length))
}

// text of a row of a utf8 or binary column, where it lies.
func (a *array) text(row int) []byte {
	offsets := sliceAt[int32](a.buffer(1), int(a.length)+1)
	return sliceAt[byte](a.buffer(2)+uint32(offsets[row]), int(offsets[row+1]-offsets[row]))
}

// newArray makes an array over buffers and children that lie in the arena.
func newArray(length int, buffers, children []uint32) uint32 {
	address, made := newSlice[array](1)
	made[0] = array{length: int64(length), nBuffers: int64(len(buffers)), nChildren: int64(len(children))}
	made[0].buffers = copied(buffers)
	made[0].children = copied(children)
	return address
}

func copied[T any](values []T) uint32 {
	address, made := newSlice[T](len(values))
	copy(made, values)
	return address
}
