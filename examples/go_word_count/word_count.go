// The word count in Go: lines, split at single spaces, counted per word. The exports and the memory are in abi.go and
// arena.go; this file is the job: its graph and three functions, numbered as in the graph.
package main

import "strconv"

var functions = []func(*call, *result){split, add, text}

func main() {}

// words collects rows of {word, count}. The words are not copied before they are all known.
type words struct {
	texts  [][]byte
	counts []int64
}

func (w *words) push(word []byte, count int64) {
	w.texts = append(w.texts, word)
	w.counts = append(w.counts, count)
}

// batch of these rows, in the arena.
func (w *words) batch() uint32 {
	n := len(w.texts)
	word := newTexts(w.texts)
	count := newArray(n, []uint32{0, copied(w.counts)}, nil)
	return newArray(n, []uint32{0}, []uint32{word, count})
}

// newTexts makes a utf8 column.
func newTexts(texts [][]byte) uint32 {
	total := 0
	at, offsets := newSlice[int32](len(texts) + 1)
	for i, text := range texts {
		offsets[i] = int32(total)
		total += len(text)
	}
	offsets[len(texts)] = int32(total)
	to, content := newSlice[byte](total)
	for i, text := range texts {
		copy(content[offsets[i]:], text)
	}
	return newArray(len(texts), []uint32{0, at, to}, nil)
}

// split makes a list of {word, 1} of every line. Two spaces in a row have an empty word between them, as in JavaScript.
func split(c *call, r *result) {
	lines := at[array](c.batch).column(0)
	var found words
	ends, lists := newSlice[int32](int(c.rows) + 1)
	lists[0] = 0
	for i := range int(c.rows) {
		line, begin := lines.text(c.row(i)), 0
		for at, letter := range line {
			if letter == ' ' {
				found.push(line[begin:at], 1)
				begin = at + 1
			}
		}
		found.push(line[begin:], 1)
		lists[i+1] = int32(len(found.texts))
	}
	r.output = newArray(int(c.rows), []uint32{0, ends}, []uint32{found.batch()})
}

// add folds rows, in order, into the state of their group. The first row of a group without state becomes its state.
func add(c *call, r *result) {
	batch, before := at[array](c.batch), at[array](c.state)
	word, count := batch.column(0), numbers[int64](batch.column(1))
	groups := sliceAt[uint32](c.groups, int(c.rows))
	states := words{make([][]byte, c.groupCount), make([]int64, c.groupCount)}
	exists := make([]bool, c.groupCount)
	for g := range int(c.groupCount) {
		if !before.isNull(g) {
			states.texts[g] = before.column(0).text(g)
			states.counts[g] = numbers[int64](before.column(1))[g]
			exists[g] = true
		}
	}
	var output words
	for i, g := range groups {
		row := c.row(i)
		if exists[g] {
			states.counts[g] += count[row]
		} else {
			states.texts[g], states.counts[g], exists[g] = word.text(row), count[row], true
		}
		if c.wanted&wantsOutput != 0 {
			output.push(states.texts[g], states.counts[g])
		}
	}
	r.state = states.batch()
	if c.wanted&wantsOutput != 0 {
		r.output = output.batch()
	}
}

// text is the count in decimal. It reads only `count`, so that is column 0 of its batch.
func text(c *call, r *result) {
	count := numbers[int64](at[array](c.batch).column(0))
	texts := make([][]byte, c.rows)
	for i := range texts {
		texts[i] = strconv.AppendInt(nil, count[c.row(i)], 10)
	}
	r.output = newArray(int(c.rows), []uint32{0}, []uint32{newTexts(texts)})
}
