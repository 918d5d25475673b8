package io.wharf.tests;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Locale;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** Archives that mean harm, sent by {@code docker cp} and {@code docker load}: refused in words, and the engine goes on. */
@WharfOnly("it takes some of them")
class HostileCopyTest {
    @RegisterExtension
    static final Rig rig = new Rig();

    private static final String UP = "../".repeat(20) + "tmp/wharf-escaped";

    private record Case(String name, byte[] tar, String words) {}

    @BeforeEach
    void create() {
        rig.ok("create", "--name", "target", "busybox", "true");
    }

    private static byte[] header(String name, char flag, String link, String size) {
        byte[] block = new byte[512];
        put(block, 0, name);
        put(block, 100, "0000644\0000000000\0000000000\0");
        put(block, 124, size);
        put(block, 136, "00000000000");
        block[156] = (byte) flag;
        put(block, 157, link);
        put(block, 257, "ustar\00000");
        put(block, 148, "        ");
        int sum = 0;
        for (byte one : block) {
            sum += one & 0xff;
        }
        put(block, 148, String.format(Locale.ROOT, "%06o\0", sum));
        return block;
    }

    private static void put(byte[] block, int at, String text) {
        byte[] bytes = text.getBytes(StandardCharsets.ISO_8859_1);
        System.arraycopy(bytes, 0, block, at, bytes.length);
    }

    private static byte[] pax(String key, String value) {
        int body = key.length() + value.length() + 3;
        int length = body + Integer.toString(body + 2).length();
        byte[] record = (length + " " + key + "=" + value + "\n").getBytes(StandardCharsets.ISO_8859_1);
        byte[] padded = Arrays.copyOf(record, (record.length + 511) / 512 * 512);
        return all(header("pax", 'x', "", String.format(Locale.ROOT, "%011o", record.length)), padded);
    }

    private static byte[] all(byte[]... parts) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        Stream.of(parts).forEach(out::writeBytes);
        return out.toByteArray();
    }

    private static byte[] file(String name) {
        return header(name, '0', "", "00000000000");
    }

    private static Stream<Case> cases() {
        byte[] end = new byte[1024];
        return Stream.of(
                new Case("climbs out", all(file(UP), end), "outside of the root"),
                new Case(
                        "hard link that climbs out",
                        all(header("a", '1', UP, "00000000000"), end),
                        "outside of the root"),
                new Case("zero in a name", all(pax("path", "a\0b"), file("a"), end), "invalid tar header"),
                new Case("long part of a name", all(pax("path", "n".repeat(300)), file("a"), end), "name too long"),
                new Case("long name", all(pax("path", "n/".repeat(3000)), file("a"), end), "path-length"),
                new Case("deep name", all(pax("path", "n/".repeat(2000) + "n"), file("a"), end), ""),
                new Case("negative size", all(header("a", '0', "", "\u00ff".repeat(12)), end), "invalid tar header"),
                new Case("pax header of 1 GB", all(header("pax", 'x', "", "10000000000"), end), "invalid tar header"),
                new Case("cut off", Arrays.copyOf(header("a", '0', "", "00000001000"), 600), "unexpected EOF"),
                new Case(
                        "attributes of a megabyte",
                        all(pax("SCHILY.xattr.user.a", "v".repeat(900_000)), file("a"), end),
                        "xattr-size"),
                new Case("unknown kind", all(header("a", 'Z', "", "00000000000"), end), "unhandled tar header type"));
    }

    @Test
    void copy_ofAHostileArchive_isRefused() {
        cases().forEach(one -> {
            Ran ran = rig.docker().pipe(one.tar(), "cp", "-", "target:/");
            if (!one.words().isEmpty()) {
                assertThat(ran.code()).as(one.name()).isNotZero();
            }
            assertThat(ran.err()).as(one.name()).contains(one.words());
        });
        assertThat(Path.of("/tmp/wharf-escaped")).doesNotExist();
        assertThat(rig.ok("start", "-a", "target")).isEmpty();
    }

    @Test
    void copy_throughALinkOut_staysInside() {
        byte[] tar = all(header("out", '2', "/tmp", "00000000000"), file("out/wharf-escaped"), new byte[1024]);
        rig.docker().pipe(tar, "cp", "-", "target:/").ok();
        assertThat(Path.of("/tmp/wharf-escaped")).doesNotExist();
    }

    @Test
    void load_ofAHostileArchive_isRefused() {
        cases().forEach(one -> assertThat(rig.docker().pipe(one.tar(), "load").code())
                .as(one.name())
                .isNotZero());
        String bomb = "[" + "{},".repeat(600_000) + "{}]";
        byte[] manifest = new Tar().file("manifest.json", bomb).bytes();
        assertThat(rig.docker().pipe(manifest, "load").err()).contains("oken");
        assertThat(rig.ok("ps", "-aq")).isNotEmpty();
    }
}
