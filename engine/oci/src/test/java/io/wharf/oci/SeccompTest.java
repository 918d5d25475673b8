package io.wharf.oci;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import io.wharf.base.Json;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;

class SeccompTest {
    private static final Seccomp SECCOMP = new Seccomp(Specs.ableHost());

    private static JsonNode profile(long capabilities) {
        return tree(SECCOMP.forCapabilities(capabilities));
    }

    private static JsonNode tree(String json) {
        return Json.read(json, JsonNode.class);
    }

    /** Names that are let through whatever their arguments. */
    private static Set<String> allowed(JsonNode profile) {
        Set<String> names = new HashSet<>();
        for (JsonNode rule : profile.path("syscalls")) {
            if (rule.path("action").asText().equals("SCMP_ACT_ALLOW")
                    && rule.path("args").isEmpty()) {
                rule.path("names")
                        .forEach(name -> assertThat(names.add(name.asText()))
                                .as(name.asText())
                                .isTrue());
            }
        }
        return names;
    }

    @Test
    void forCapabilities_default_refusesWhatIsNotNamed() {
        JsonNode profile = profile(CapabilitySet.DEFAULT);
        assertThat(profile.path("defaultAction").asText()).isEqualTo("SCMP_ACT_ERRNO");
        assertThat(profile.path("defaultErrnoRet").asInt()).isEqualTo(1);
        assertThat(profile.path("architectures")).hasSize(2);
        assertThat(allowed(profile))
                .contains("read", "execve", "chroot", "ptrace", "arch_prctl", "openat2")
                .doesNotContain("mount", "unshare", "clone", "clone3", "keyctl", "bpf", "io_uring_setup", "socket")
                .hasSizeGreaterThan(350);
    }

    @Test
    void forCapabilities_default_filtersArguments() {
        String text = SECCOMP.forCapabilities(CapabilitySet.DEFAULT);
        assertThat(text)
                .contains("{\"names\":[\"clone\"],\"action\":\"SCMP_ACT_ALLOW\",\"args\":[{\"index\":0,"
                        + "\"value\":2114060288,\"valueTwo\":0,\"op\":\"SCMP_CMP_MASKED_EQ\"}]}")
                .contains("{\"names\":[\"clone3\"],\"action\":\"SCMP_ACT_ERRNO\",\"errnoRet\":38}")
                .contains("{\"names\":[\"socket\"],\"action\":\"SCMP_ACT_ALLOW\",\"args\":[{\"index\":0,\"value\":40,"
                        + "\"op\":\"SCMP_CMP_NE\"}]}")
                .contains("\"value\":4294967295");
    }

    @Test
    void forCapabilities_sysAdmin_allowsNamespaces() {
        JsonNode profile = profile(CapabilitySet.DEFAULT | CapabilitySet.bit("SYS_ADMIN"));
        assertThat(allowed(profile)).contains("mount", "clone", "clone3", "unshare", "bpf");
        assertThat(profile.toString()).doesNotContain("MASKED_EQ").doesNotContain("errnoRet\":38");
    }

    @Test
    void forCapabilities_dropped_takesItsCallsAway() {
        assertThat(allowed(profile(0))).doesNotContain("chroot").contains("read");
    }

    @Test
    void forCapabilities_sameRelevantOnes_isRenderedOnce() {
        assertThat(SECCOMP.forCapabilities(CapabilitySet.DEFAULT))
                .isSameAs(SECCOMP.forCapabilities(CapabilitySet.DEFAULT & ~CapabilitySet.bit("CHOWN")));
    }

    @Test
    void forCapabilities_oldKernel_refusesPtrace() {
        HostFacts old = new HostFacts(
                HostFacts.Cgroup.V1,
                Set.of(),
                Set.of(),
                false,
                Specs.ALL_CAPABILITIES,
                Map.of(),
                0,
                "0",
                "0",
                true,
                false,
                4004,
                "arm64",
                KernelAbis.read("arm64"));
        assertThat(allowed(tree(new Seccomp(old).forCapabilities(CapabilitySet.DEFAULT))))
                .contains("set_tls")
                .doesNotContain("ptrace", "arch_prctl");
    }

    @Test
    void convert_dockersForm_appliesConditions() {
        String profile = "{'defaultAction':'SCMP_ACT_ALLOW','archMap':[{'architecture':'SCMP_ARCH_X86_64',"
                + "'subArchitectures':['SCMP_ARCH_X32']},{'architecture':'SCMP_ARCH_AARCH64'}],'syscalls':["
                + "{'name':'mkdir','action':'SCMP_ACT_ERRNO','errnoRet':5},"
                + "{'names':['a'],'action':'SCMP_ACT_ERRNO','includes':{'caps':['CAP_SYS_ADMIN']}},"
                + "{'names':['b'],'action':'SCMP_ACT_ERRNO','excludes':{'caps':['CAP_SYS_ADMIN']}},"
                + "{'names':['c'],'action':'SCMP_ACT_ERRNO','includes':{'arches':['arm64']}},"
                + "{'names':['d'],'action':'SCMP_ACT_ERRNO','includes':{'minKernel':'6.2'}}]}";
        JsonNode converted = tree(
                SeccompProfile.convert(profile.replace('\'', '"'), CapabilitySet.bit("SYS_ADMIN"), Specs.ableHost()));
        assertThat(SeccompProfile.convert(profile.replace('\'', '"'), 0, Specs.ableHost()))
                .contains("[\"b\"]")
                .doesNotContain("[\"a\"]");
        assertThat(converted.path("architectures").toString()).isEqualTo("[\"SCMP_ARCH_X86_64\",\"SCMP_ARCH_X32\"]");
        assertThat(converted.path("syscalls").toString())
                .isEqualTo("[{\"names\":[\"mkdir\"],\"action\":\"SCMP_ACT_ERRNO\",\"errnoRet\":5},"
                        + "{\"names\":[\"a\"],\"action\":\"SCMP_ACT_ERRNO\"}]");
    }

    @Test
    void convert_nonsense_refuses() {
        assertThatThrownBy(() -> SeccompProfile.convert("[1]", 0, Specs.ableHost()))
                .hasMessageStartingWith("Decoding seccomp profile failed: ");
    }

    @Test
    void x86_settings_leaveOutWhatTheKernelLacks() {
        assertThat(KernelAbis.x86(Set.of(), "")).hasSize(3);
        assertThat(KernelAbis.x86(Set.of("read"), "")).containsExactly("SCMP_ARCH_X86_64");
        Set<String> debian = Set.of("CONFIG_IA32_EMULATION", "CONFIG_X86_X32", "CONFIG_X86_X32_DISABLED");
        assertThat(KernelAbis.x86(debian, "quiet")).containsExactly("SCMP_ARCH_X86_64", "SCMP_ARCH_X86");
        assertThat(KernelAbis.x86(debian, "syscall.x32=y")).hasSize(3);
    }
}
