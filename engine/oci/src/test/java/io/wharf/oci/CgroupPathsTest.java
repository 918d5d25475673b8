package io.wharf.oci;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class CgroupPathsTest {
    @Test
    void resolved_absolutePathIsItself() {
        assertThat(CgroupPaths.resolved("/wharf/0123")).isEqualTo("/wharf/0123");
    }

    @Test
    void resolved_ofSystemdIsTheScopeWithinItsSlices() {
        assertThat(CgroupPaths.resolved("system.slice:wharf:0123")).isEqualTo("/system.slice/wharf-0123.scope");
        assertThat(CgroupPaths.resolved("a-b-c.slice:wharf:0123"))
                .isEqualTo("/a.slice/a-b.slice/a-b-c.slice/wharf-0123.scope");
        assertThat(CgroupPaths.resolved("-.slice:wharf:0123")).isEqualTo("/wharf-0123.scope");
    }
}
