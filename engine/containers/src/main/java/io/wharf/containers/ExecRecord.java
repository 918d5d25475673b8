package io.wharf.containers;

import io.wharf.contracts.ExecService.ExecConfig;
import io.wharf.linux.ProcessIdentity;
import org.jspecify.annotations.Nullable;

/**
 * What the ledger keeps of a detached exec, which outlives the engine but not the boot.
 *
 * @param monitor its conmon; null until that was started
 * @param pid of its process on the host; 0 until it runs
 * @param exitCode once its end was announced
 */
record ExecRecord(
        ExecConfig config,
        @Nullable ProcessIdentity monitor,
        int pid,
        @Nullable Integer exitCode) {
    static final String KIND = "exec";
}
