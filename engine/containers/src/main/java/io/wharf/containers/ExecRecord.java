package io.wharf.containers;

import io.wharf.contracts.ExecService.ExecConfig;
import io.wharf.linux.ProcessIdentity;
import org.jspecify.annotations.Nullable;

/**
 * What the ledger keeps of a detached exec from before its folder is made: it outlives the engine, but not the boot.
 *
 * @param monitor its conmon; null until that was started
 * @param pid of its process on the host; 0 until it runs
 * @param detached whether it has a monitor, or will have one; earlier engines recorded attached ones, too
 * @param exitCode once its end was announced
 */
record ExecRecord(
        ExecConfig config,
        @Nullable ProcessIdentity monitor,
        int pid,
        boolean detached,
        @Nullable Integer exitCode) {
    static final String KIND = "exec";
}
