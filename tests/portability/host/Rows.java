package host;

import java.io.ByteArrayOutputStream;
import java.util.List;
import run.endive.runtime.Memory;

/**
 * Arrays in a guest's memory as canonical bytes (docs/verify.md): per value 1, or 0 for null; a bool as a byte, a number
 * as it lies in memory (every NaN as one), text as length and bytes, a list as count and items, a struct as its fields.
 */
final class Rows {
    private static final int LENGTH_AT = 0;
    private static final int BUFFERS_AT = 40;
    private static final int CHILDREN_AT = 44;

    private final Memory memory;
    private final ByteArrayOutputStream out = new ByteArrayOutputStream();

    Rows(Memory memory) {
        this.memory = memory;
    }

    byte[] bytes() {
        return out.toByteArray();
    }

    void batch(int array, int rows, List<Node> columns) {
        requireLength(array, rows);
        for (int row = 0; row < rows; row++) {
            row(array, row, columns);
        }
    }

    void list(int array, int rows, List<Node> columns) {
        requireLength(array, rows);
        int offsets = buffer(array, 1);
        for (int i = 0; i <= rows; i++) {
            word(memory.readInt(offsets + 4 * i));
        }
        batch(child(array, 0), rows == 0 ? 0 : memory.readInt(offsets + 4 * rows), columns);
    }

    private void requireLength(int array, int rows) {
        if (memory.readLong(array + LENGTH_AT) != rows) {
            throw new IllegalStateException("an array of " + memory.readLong(array + LENGTH_AT) + " rows, not " + rows);
        }
    }

    private void row(int array, int row, List<Node> columns) {
        for (int i = 0; i < columns.size(); i++) {
            value(child(array, i), row, columns.get(i));
        }
    }

    private void value(int array, int row, Node node) {
        int validity = buffer(array, 0);
        if (validity != 0 && !bit(validity, row)) {
            out.write(0);
            return;
        }
        out.write(1);
        switch (node.shape()) {
            case BITS -> out.write(bit(buffer(array, 1), row) ? 1 : 0);
            case FIXED -> number(buffer(array, 1) + node.width() * row, node);
            case VARIABLE -> text(array, row);
            case LIST -> items(array, row, node.children().get(0));
            case STRUCT -> row(array, row, node.children());
        }
    }

    private void text(int array, int row) {
        int start = memory.readInt(buffer(array, 1) + 4 * row);
        int size = memory.readInt(buffer(array, 1) + 4 * row + 4) - start;
        word(size);
        if (size > 0) {
            out.writeBytes(memory.readBytes(buffer(array, 2) + start, size));
        }
    }

    private void items(int array, int row, Node item) {
        int start = memory.readInt(buffer(array, 1) + 4 * row);
        int end = memory.readInt(buffer(array, 1) + 4 * row + 4);
        word(end - start);
        for (int i = start; i < end; i++) {
            value(child(array, 0), i, item);
        }
    }

    private void number(int at, Node node) {
        if (node.isFloat() && node.width() == 8 && Double.isNaN(Double.longBitsToDouble(memory.readLong(at)))) {
            word(0);
            word(0x7FF80000);
        } else if (node.isFloat() && node.width() == 4 && Float.isNaN(Float.intBitsToFloat(memory.readInt(at)))) {
            word(0x7FC00000);
        } else {
            out.writeBytes(memory.readBytes(at, node.width()));
        }
    }

    private void word(int value) {
        for (int shift = 0; shift < 32; shift += 8) {
            out.write(value >> shift);
        }
    }

    private boolean bit(int address, int index) {
        return (memory.read(address + index / 8) >> (index % 8) & 1) != 0;
    }

    private int buffer(int array, int index) {
        return memory.readInt(memory.readInt(array + BUFFERS_AT) + 4 * index);
    }

    private int child(int array, int index) {
        return memory.readInt(memory.readInt(array + CHILDREN_AT) + 4 * index);
    }
}
