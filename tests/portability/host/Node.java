package host;

import java.util.List;

/** The layout of an array: which buffers and children it has (docs/abi.md 6.4). */
record Node(Shape shape, int width, boolean isFloat, List<Node> children) {
    enum Shape {
        BITS,
        FIXED,
        VARIABLE,
        LIST,
        STRUCT
    }
}
