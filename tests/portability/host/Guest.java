package host;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.function.Function;
import run.endive.compiler.MachineFactoryCompiler;
import run.endive.runtime.HostFunction;
import run.endive.runtime.ImportFunction;
import run.endive.runtime.ImportValues;
import run.endive.runtime.Instance;
import run.endive.runtime.Machine;
import run.endive.runtime.Memory;
import run.endive.wasm.Parser;
import run.endive.wasm.WasmModule;
import run.endive.wasm.types.ExternalType;
import run.endive.wasm.types.FunctionImport;
import run.endive.wasm.types.FunctionType;

/** An instance of a module, called as docs/abi.md 3.1 says. After a trap a new one takes its place. */
final class Guest {
    private static final int NO_ROW = -1;
    private static final int ENOSYS = 52;
    private static final long CLOCK_NS = 1_000_000;

    private final WasmModule module;
    private final Function<Instance, Machine> machines;
    private Instance instance;
    private int rowAt;

    Guest(Path file) {
        module = Parser.parse(file);
        machines = MachineFactoryCompiler.compile(module);
        renew();
    }

    void renew() {
        instance = Instance.builder(module).withImportValues(imports()).withMachineFactory(machines).withStart(false).build();
        if (isReactor()) {
            instance.export("_initialize").apply();
        }
        instance.export("lf_describe").apply();
        rowAt = (int) instance.export("lf_row").apply()[0];
    }

    Memory memory() {
        return instance.memory();
    }

    int row() {
        return memory().readInt(rowAt);
    }

    int word(int address) {
        return memory().readInt(address);
    }

    /** The address of the Result. */
    int call(GoldenCall call) {
        instance.export("lf_reset").apply();
        int base = (int) instance.export("lf_alloc").apply(call.image().length)[0];
        memory().write(base, placed(call, base));
        memory().writeI32(rowAt, NO_ROW);
        String entry = call.isFold() ? "lf_fold" : "lf_apply";
        return (int) instance.export(entry).apply(base + call.callAt())[0];
    }

    private static byte[] placed(GoldenCall call, int base) {
        byte[] bytes = call.image().clone();
        ByteBuffer words = ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
        for (int at : call.relocations()) {
            words.putInt(at, words.getInt(at) + base);
        }
        return bytes;
    }

    private boolean isReactor() {
        for (int i = 0; i < module.exportSection().exportCount(); i++) {
            if (module.exportSection().getExport(i).name().equals("_initialize")) {
                return true;
            }
        }
        return false;
    }

    private ImportValues imports() {
        ImportFunction[] functions = module.importSection().stream()
                .filter(wanted -> wanted.importType() == ExternalType.FUNCTION)
                .map(wanted -> host((FunctionImport) wanted))
                .toArray(ImportFunction[]::new);
        return ImportValues.builder().addFunction(functions).build();
    }

    private ImportFunction host(FunctionImport wanted) {
        FunctionType type = module.typeSection().getType(wanted.typeIndex());
        String name = wanted.module() + "." + wanted.name();
        return new HostFunction(wanted.module(), wanted.name(), type, (caller, arguments) -> answer(caller, name, arguments));
    }

    /** What this host offers: `abort` and `log`; of WASI what a runtime asks for when it starts, all of it empty. */
    private static long[] answer(Instance caller, String name, long[] arguments) {
        Memory memory = caller.memory();
        switch (name) {
            case "lightflus.abort":
                byte[] text = memory.readBytes((int) arguments[0], (int) arguments[1]);
                throw new IllegalStateException(new String(text, StandardCharsets.UTF_8));
            case "lightflus.log":
                return null;
            case "wasi_snapshot_preview1.proc_exit":
                throw new IllegalStateException("ended itself with exit code " + arguments[0]);
            case "wasi_snapshot_preview1.args_sizes_get", "wasi_snapshot_preview1.environ_sizes_get":
                memory.writeI32((int) arguments[0], 0);
                memory.writeI32((int) arguments[1], 0);
                return new long[] {0};
            case "wasi_snapshot_preview1.clock_time_get":
                // Only the calendar stands at 0: Go takes a clock at 0 for one that is missing.
                memory.writeLong((int) arguments[2], arguments[0] == 0 ? 0 : CLOCK_NS);
                return new long[] {0};
            case "wasi_snapshot_preview1.random_get":
                memory.write((int) arguments[0], new byte[(int) arguments[1]]);
                return new long[] {0};
            case "wasi_snapshot_preview1.args_get", "wasi_snapshot_preview1.environ_get",
                    "wasi_snapshot_preview1.sched_yield":
                return new long[] {0};
            default:
                return new long[] {ENOSYS};
        }
    }
}
