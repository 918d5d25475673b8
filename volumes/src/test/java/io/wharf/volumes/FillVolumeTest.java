package io.wharf.volumes;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class FillVolumeTest {
    @TempDir
    Path folder;

    private Path home;
    private Path data;
    private Path image;

    @BeforeEach
    void make() throws IOException {
        home = folder.resolve("data");
        data = Files.createDirectories(home.resolve("_data"));
        image = Files.createDirectories(folder.resolve("image"));
        Files.writeString(image.resolve("one"), "image");
        Files.createDirectories(image.resolve("two/three"));
        Files.setAttribute(image, "unix:uid", 1234);
    }

    @ParameterizedTest
    @CsvSource({"true, true", "true, false", "false, true", "false, false"})
    void run_copiesIntoAnEmptyVolume_andLeavesNothingBeside(boolean beside, boolean shared) throws IOException {
        Object before = Files.getAttribute(data, "unix:ino");
        fill(beside, shared).run(image.toString());
        assertThat(data.resolve("one")).hasContent("image");
        assertThat(data.resolve("two/three")).isEmptyDirectory();
        assertThat(data.toFile().list()).containsExactlyInAnyOrder("one", "two");
        assertThat(home.toFile().list()).containsExactly("_data");
        assertThat(Files.getAttribute(data, "unix:uid")).isEqualTo(1234);
        assertThat(Files.getAttribute(data, "unix:ino").equals(before)).isEqualTo(shared || !beside);
    }

    @ParameterizedTest
    @CsvSource({"true, _filling", "false, .wharf-filling"})
    void run_afterACopyWasCutOff_beginsAnew(boolean beside, String half) throws IOException {
        Path left = (beside ? home : data).resolve(half);
        Files.createDirectories(left.resolve("two"));
        fill(beside, false).run(image.toString());
        assertThat(left).doesNotExist();
        assertThat(data.resolve("one")).hasContent("image");
    }

    @ParameterizedTest
    @CsvSource({"true, _filling", "false, .wharf-filling"})
    void run_ofOneWhoBringsNothing_neverShowsHalfACopy(boolean beside, String half) throws IOException {
        Path left = (beside ? home : data).resolve(half);
        Files.createDirectories(left.resolve("two"));
        fill(beside, true).run(null);
        assertThat(left).doesNotExist();
        assertThat(data).isEmptyDirectory();
    }

    @ParameterizedTest
    @CsvSource({"true, _filled, true", "true, _filled, false", "false, .wharf-filled, true"})
    void run_afterTheMoveWasCutOff_movesTheRest_whoeverComes(boolean beside, String whole, boolean shared)
            throws IOException {
        Path left = (beside ? home : data).resolve(whole);
        Files.createDirectories(left.resolve("two/three"));
        Files.writeString(left.resolve("mine"), "image");
        Files.writeString(data.resolve("one"), "moved");
        Files.writeString(data.resolve("mine"), "user");
        fill(beside, shared).run(null);
        assertThat(left).doesNotExist();
        assertThat(data.resolve("two/three")).isEmptyDirectory();
        assertThat(data.resolve("one")).hasContent("moved");
        assertThat(data.resolve("mine")).hasContent("user");
    }

    @Test
    void run_overContent_orWithoutAFolder_copiesNothing() throws IOException {
        fill(true, false).run(folder.resolve("nowhere").toString());
        assertThat(data).isEmptyDirectory();
        fill(true, false).run(image.resolve("one").toString());
        assertThat(data).isEmptyDirectory();
        Files.writeString(data.resolve("mine"), "user");
        fill(true, false).run(image.toString());
        assertThat(data.toFile().list()).containsExactly("mine");
    }

    @Test
    void run_thatFails_saysSo() throws IOException {
        Files.delete(data);
        Files.createFile(data);
        assertThatThrownBy(() -> fill(true, false).run(image.toString()))
                .hasMessageContaining("failed to copy the content of the image to volume folder " + data);
    }

    private FillVolume fill(boolean beside, boolean shared) {
        return new FillVolume(data, beside ? Optional.of(home) : Optional.empty(), shared);
    }
}
