package io.wharf.tar;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.wharf.base.Digest;
import io.wharf.linux.GzipMember;
import java.io.ByteArrayOutputStream;
import java.io.File;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.zip.Deflater;
import java.util.zip.GZIPInputStream;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class BlobRecipeTest {
    private static final String GO = """
            package main

            import (
            	"bytes"
            	"compress/gzip"
            	"os"
            	"strconv"
            )

            func main() {
            	data, _ := os.ReadFile(os.Args[1])
            	for _, arg := range os.Args[2:] {
            		level, _ := strconv.Atoi(arg)
            		var out bytes.Buffer
            		z, _ := gzip.NewWriterLevel(&out, level)
            		z.Write(data)
            		z.Close()
            		os.WriteFile(os.Args[1]+".gz"+arg, out.Bytes(), 0600)
            	}
            }
            """;

    @TempDir
    Path folder;

    /** Text, noise, long runs and copies from afar: something for every kind of block. */
    private static byte[] content(int size) {
        Random random = new Random(7);
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        byte[] noise = new byte[40_000];
        while (out.size() < size) {
            switch (random.nextInt(5)) {
                case 0 -> {
                    random.nextBytes(noise);
                    out.write(noise, 0, random.nextInt(noise.length));
                }
                case 1 -> out.write(new byte[random.nextInt(70_000)], 0, 10);
                case 2 -> out.writeBytes(new byte[random.nextInt(70_000)]);
                case 3 -> {
                    byte[] soFar = out.toByteArray();
                    int from = Math.max(0, soFar.length - 34_000 + random.nextInt(4_000));
                    out.write(soFar, from, Math.min(1_000, soFar.length - from));
                }
                default -> {
                    StringBuilder words = new StringBuilder();
                    for (int i = 0; i < 3_000; i++) {
                        words.append(Integer.toString(random.nextInt(900) * random.nextInt(900), 36))
                                .append(' ');
                    }
                    out.writeBytes(words.toString().getBytes(StandardCharsets.US_ASCII));
                }
            }
        }
        return java.util.Arrays.copyOf(out.toByteArray(), size);
    }

    private static void check(Path blob, byte[] tar, String what) throws IOException {
        BlobRecipe recipe = FindRecipe.of(blob, out -> out.write(tar)).orElseThrow();
        assertThat(recipe.text()).startsWith(what);
        ByteArrayOutputStream again = new ByteArrayOutputStream();
        BlobRecipe.parse(recipe.text()).pack(out -> inPieces(tar, out), again);
        assertThat(again.toByteArray()).isEqualTo(Files.readAllBytes(blob));
    }

    private static void inPieces(byte[] tar, OutputStream out) throws IOException {
        for (int at = 0; at < tar.length; at += 7_001) {
            out.write(tar, at, Math.min(7_001, tar.length - at));
        }
    }

    @Test
    void findRecipe_ofJavasGzipWithATail() throws IOException {
        byte[] tar = content(400_000);
        Path blob = folder.resolve("blob");
        try (OutputStream out = Files.newOutputStream(blob)) {
            try (var gzip = new GZIPOutputStream(new java.io.FilterOutputStream(out) {
                @Override
                public void close() {}
            })) {
                gzip.write(tar);
            }
            out.write(new byte[100]);
        }
        check(blob, tar, "pack zlib 6 ");
    }

    @Test
    void findRecipe_ofThisEnginesMembers() throws IOException {
        for (int size : new int[] {0, 100, 2 * BlobRecipe.MEMBER, 1_300_000}) {
            byte[] tar = content(size);
            Path blob = folder.resolve("blob" + size);
            try (GzipMember member = new GzipMember(BlobRecipe.MEMBER);
                    OutputStream out = Files.newOutputStream(blob)) {
                for (int at = 0; at <= size; at += BlobRecipe.MEMBER) {
                    int end = Math.min(size, at + BlobRecipe.MEMBER);
                    out.write(member.pack(java.util.Arrays.copyOfRange(tar, at, end), end - at));
                }
            }
            check(blob, tar, "pack members 524288 - - -");
        }
    }

    @Test
    void findRecipe_ofOtherLevelsWithANameInTheHeader() throws IOException {
        byte[] tar = content(300_000);
        Path blob = folder.resolve("blob");
        Deflater deflater = new Deflater(9, true);
        ByteArrayOutputStream packed = new ByteArrayOutputStream();
        packed.writeBytes(new byte[] {0x1f, (byte) 0x8b, 8, 8, 1, 2, 3, 4, 2, 3, 'l', '.', 't', 'a', 'r', 0});
        try (var out = new java.util.zip.DeflaterOutputStream(packed, deflater)) {
            out.write(tar);
        }
        java.util.zip.CRC32 sum = new java.util.zip.CRC32();
        sum.update(tar);
        for (int i = 0; i < 4; i++) {
            packed.write((int) (sum.getValue() >>> (8 * i)));
        }
        for (int i = 0; i < 4; i++) {
            packed.write(tar.length >>> (8 * i));
        }
        Files.write(blob, packed.toByteArray());
        check(blob, tar, "pack zlib 9 ");
    }

    @Test
    void findRecipe_ofWhatNobodyKnowsIsEmpty() throws IOException {
        byte[] tar = content(200_000);
        Path blob = folder.resolve("blob");
        Deflater odd = new Deflater(6, true);
        odd.setStrategy(Deflater.FILTERED);
        ByteArrayOutputStream packed = new ByteArrayOutputStream();
        packed.writeBytes(new byte[] {0x1f, (byte) 0x8b, 8, 0, 0, 0, 0, 0, 0, 3});
        try (var out = new java.util.zip.DeflaterOutputStream(packed, odd)) {
            out.write(tar);
        }
        packed.writeBytes(new byte[8]);
        Files.write(blob, packed.toByteArray());
        assertThat(FindRecipe.of(blob, out -> out.write(tar))).isEmpty();
        Files.write(blob, "no gzip at all".getBytes(StandardCharsets.US_ASCII));
        assertThat(FindRecipe.of(blob, out -> out.write(tar))).isEmpty();
    }

    @Test
    void goDeflate_canBeReadByOthers() throws IOException {
        for (int size : new int[] {0, 1, 16, 17, 127, 128, 65_535, 65_536, 200_000}) {
            byte[] tar = content(size);
            for (int level = -2; level <= 9; level++) {
                if (level == -1) {
                    continue;
                }
                var recipe = new BlobRecipe(
                        BlobRecipe.Packer.GO,
                        level,
                        java.util.Set.of(),
                        new byte[] {0x1f, (byte) 0x8b, 8, 0, 0, 0, 0, 0, 0, (byte) 255},
                        new byte[0]);
                ByteArrayOutputStream packed = new ByteArrayOutputStream();
                recipe.pack(out -> inPieces(tar, out), packed);
                try (var in = new GZIPInputStream(new java.io.ByteArrayInputStream(packed.toByteArray()))) {
                    assertThat(Digest.of(in.readAllBytes())).isEqualTo(Digest.of(tar));
                }
            }
        }
    }

    /** Runs where the Go toolchain is installed. */
    @Test
    void findRecipe_ofEveryLevelOfGo() throws IOException, InterruptedException {
        Path go = java.util.Arrays.stream((System.getenv("PATH") + ":/usr/local/go/bin").split(":"))
                .map(at -> Path.of(at, "go"))
                .filter(Files::isExecutable)
                .findFirst()
                .orElse(null);
        assumeTrue(go != null, "no Go toolchain");
        Files.writeString(folder.resolve("pack.go"), GO);
        run(List.of(go.toString(), "build", "-o", "pack", "pack.go"));
        for (int size : new int[] {0, 5, 100, 3_000, 65_535 * 2, 250_000}) {
            byte[] tar = content(size);
            Path file = folder.resolve("tar" + size);
            Files.write(file, tar);
            List<String> command =
                    new ArrayList<>(List.of(folder.resolve("pack").toString(), file.toString()));
            List<String> levels = List.of("-2", "0", "1", "2", "3", "4", "5", "6", "7", "8", "9");
            command.addAll(levels);
            run(command);
            for (String level : levels) {
                // Several levels may make the same.
                check(folder.resolve("tar" + size + ".gz" + level), tar, size < 5_000 ? "pack " : "pack go ");
            }
        }
    }

    private void run(List<String> command) throws IOException, InterruptedException {
        ProcessBuilder builder =
                new ProcessBuilder(command).directory(folder.toFile()).redirectErrorStream(true);
        builder.redirectOutput(new File(folder.toFile(), "log"));
        builder.environment().put("CGO_ENABLED", "0");
        int code = builder.start().waitFor();
        assertThat(code)
                .as(() -> {
                    try {
                        return Files.readString(folder.resolve("log"));
                    } catch (IOException e) {
                        return e.toString();
                    }
                })
                .isZero();
    }
}
