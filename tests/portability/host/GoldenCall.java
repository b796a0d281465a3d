package host;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** One golden file: a call as bytes to be placed anywhere, and the answer as canonical bytes. */
record GoldenCall(
        boolean isFold,
        boolean isList,
        int rows,
        int groups,
        int refusedRow,
        List<Node> columns,
        byte[] image,
        int[] relocations,
        int callAt,
        byte[] expected) {
    private static final int MAGIC = 0x3147464C; // LFG1
    private static final int NO_ROW = -1;

    boolean isRefused() {
        return refusedRow != NO_ROW;
    }

    static GoldenCall read(Path file) throws IOException {
        ByteBuffer in = ByteBuffer.wrap(Files.readAllBytes(file)).order(ByteOrder.LITTLE_ENDIAN);
        if (in.getInt() != MAGIC) {
            throw new IOException(file + " is not a golden file");
        }
        boolean isFold = in.getInt() != 0;
        boolean isList = in.getInt() != 0;
        int rows = in.getInt();
        int groups = in.getInt();
        int refusedRow = in.getInt();
        List<Node> columns = nodes(in);
        byte[] image = bytes(in, in.getInt());
        int[] relocations = new int[in.getInt()];
        for (int i = 0; i < relocations.length; i++) {
            relocations[i] = in.getInt();
        }
        int callAt = in.getInt();
        return new GoldenCall(
                isFold, isList, rows, groups, refusedRow, columns, image, relocations, callAt, bytes(in, in.getInt()));
    }

    private static List<Node> nodes(ByteBuffer in) {
        int count = in.getInt();
        List<Node> found = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            Node.Shape shape = Node.Shape.values()[in.get()];
            int width = in.get();
            boolean isFloat = in.get() != 0;
            found.add(new Node(shape, width, isFloat, nodes(in)));
        }
        return found;
    }

    private static byte[] bytes(ByteBuffer in, int size) {
        byte[] found = new byte[size];
        in.get(found);
        return found;
    }
}
