package io.wharf.logs;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.wharf.base.WharfException;
import io.wharf.linux.Host;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class TagTemplateTest {
    @ParameterizedTest
    @CsvSource(
            delimiter = ';',
            quoteCharacter = '^',
            value = {
                "{{.ID}};4f66ad9a0b2e",
                "{{.FullID}};" + Said.ID,
                "{{.Name}}/{{.ImageName}};web/busybox:latest",
                "{{.ImageID}};9f66ad9a0b2e",
                "{{ .DaemonName }}-{{.Command}};docker-sh -c date",
                "plain;plain",
                "{{.Name | upper}};WEB",
                "{{upper .Name | printf \"%s-%s\" .ID}};4f66ad9a0b2e-WEB",
                "{{printf \"%.4s|%-5s|%5s|%q\" .ID .Name .Name .Name}};4f66|web  |  web|\"web\"",
                "{{(.ExtraAttributes nil).STAGE}};test",
                "{{index .ContainerLabels \"team\"}};red",
                "{{.ContainerLabels.team}}-{{.ContainerLabels.none}};red-<no value>",
                "{{if .ContainerLabels.none}}a{{else if eq .Name \"web\"}}b{{else}}c{{end}};b",
                "{{with .ContainerLabels}}{{.tier}}{{end}};front",
                "{{with index .ContainerLabels \"none\"}}x{{else}}y{{end}};y",
                "a {{- /* left out */ -}} b;ab",
                "{{truncate .ImageName 4}}{{pad .Name 1 1}}|;busy web |",
                "{{join (split .ImageName \":\") \"+\"}};busybox+latest",
                "{{json .Name}}{{len .Name}};\"web\"3",
                "{{`}}`}};}}",
                "{{title .Name}}{{if not false}}!{{end}};Web!",
            })
    void tag_isRendered(String template, String tag) {
        var source = Said.source("tag", template, "env", "STAGE");
        assertThat(TagTemplate.parse(template).render(source)).isEqualTo(tag);
        assertThat(TagTemplate.of(source)).isEqualTo(tag);
    }

    @Test
    void emptyTag_isTheShortId() {
        assertThat(TagTemplate.of(Said.source())).isEqualTo("4f66ad9a0b2e");
        assertThat(TagTemplate.of(Said.source("tag", ""))).isEqualTo("4f66ad9a0b2e");
        assertThat(TagTemplate.of(Said.source("tag", "{{.Hostname}}"))).isEqualTo(Host.hostname());
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{{",
                "{{.Name",
                "{{.Nam}}",
                "{{foo .Name}}",
                "{{}}",
                "{{if .Name}}",
                "{{end}}",
                "{{.Name | }}",
                "{{(.Name}}",
                "{{.Name .ID}}",
                "{{range .ContainerEnv}}{{end}}",
                "{{$x := 1}}",
                "{{else}}"
            })
    void template_thatCannotBe_isRefused(String template) {
        assertThatThrownBy(() -> TagTemplate.parse(template))
                .isInstanceOf(WharfException.class)
                .hasMessageStartingWith("template: log-tag:1: ");
    }

    @Test
    void template_thatDoesNotFitTheContainer_givesTheDefault() {
        assertThat(TagTemplate.of(Said.source("tag", "{{index .ContainerEnv 7}}")))
                .isEqualTo("4f66ad9a0b2e");
    }
}
