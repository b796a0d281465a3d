package host;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;

/**
 * A second host for Lightflus modules: runs the golden calls of folders (docs/verify.md) on Endive, a WebAssembly engine
 * for the JVM, and compares what comes back byte for byte. Prints a line per failure and ends with "N passed, M failed".
 */
public final class Golden {
    private static final int APPLY_OUTPUT = 4;
    private static final int FOLD_STATE = 8;

    private Golden() {}

    /** Arguments: folders that `lightflus verify --golden` wrote. */
    public static void main(String[] folders) throws IOException {
        int passed = 0;
        int failed = 0;
        for (String folder : folders) {
            Guest guest = new Guest(Path.of(folder, "module.wasm"));
            for (Path file : calls(Path.of(folder))) {
                String problem = problem(guest, GoldenCall.read(file));
                if (problem == null) {
                    passed++;
                } else {
                    failed++;
                    System.out.println(file + ": " + problem);
                }
            }
        }
        System.out.println(passed + " passed, " + failed + " failed");
        System.exit(failed == 0 && passed > 0 ? 0 : 1);
    }

    private static List<Path> calls(Path folder) throws IOException {
        try (Stream<Path> files = Files.list(folder)) {
            return files.filter(file -> file.toString().endsWith(".call")).sorted().toList();
        }
    }

    /** What is wrong about the guest's answer; null if nothing is. */
    private static String problem(Guest guest, GoldenCall call) {
        int result;
        try {
            result = guest.call(call);
        } catch (RuntimeException refusal) {
            int row = guest.row();
            guest.renew();
            if (call.isRefused() && row == call.refusedRow()) {
                return null;
            }
            return "it was refused at row " + row + ": " + refusal;
        }
        if (call.isRefused()) {
            return "it was not refused";
        }
        Rows found = new Rows(guest.memory());
        int output = guest.word(result + APPLY_OUTPUT);
        if (call.isList()) {
            found.list(output, call.rows(), call.columns());
        } else {
            found.batch(output, call.rows(), call.columns());
        }
        if (call.isFold()) {
            found.batch(guest.word(result + FOLD_STATE), call.groups(), call.columns());
        }
        int difference = Arrays.mismatch(call.expected(), found.bytes());
        return difference < 0 ? null : "the answer differs from byte " + difference + " on";
    }
}
