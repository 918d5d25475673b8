package io.wharf.networking;

import io.wharf.networking.firewall.PortRule;
import java.util.List;

/** A change of what published ports lead to: put together in the verticle's context, done on a pool thread. */
record PortMove(List<PortRule> gone, List<PortRule> come) {
    void in(Kernel kernel) {
        if (!gone.equals(come)) {
            kernel.firewall().replace(gone, come);
        }
    }

    void back(Kernel kernel) {
        if (!gone.equals(come)) {
            kernel.firewall().replace(/* gone= */ come, /* come= */ gone);
        }
    }
}
