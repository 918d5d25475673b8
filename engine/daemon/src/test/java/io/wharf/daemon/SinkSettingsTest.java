package io.wharf.daemon;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.wharf.contracts.Filters;
import io.wharf.contracts.SinkOptions;
import io.wharf.contracts.SinkOptions.Start;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SinkSettingsTest {
    @TempDir
    private Path folder = Path.of("/");

    private List<SinkOptions> sinks(String... sinks) throws Exception {
        Path file = folder.resolve("daemon.json");
        Files.writeString(file, "{\"event-sinks\": [" + String.join(",", sinks).replace('\'', '"') + "]}");
        return Settings.merge(Flags.parse(new String[] {"--config-file", file.toString()}))
                .toOptions()
                .sinks();
    }

    @Test
    void webhook_isReadWithItsDefaults() throws Exception {
        SinkOptions.Webhook hook = (SinkOptions.Webhook) sinks(
                        "{'name':'a','type':'webhook','url':'https://u.example:8443/in?t=1','filters':{'type':['container'],"
                                + "'event':'die'},'headers':{'Authorization':'Bearer x'},'retry-max':'5m'}")
                .getFirst();
        assertThat(hook.start()).isEqualTo(Start.NOW);
        assertThat(hook.filters())
                .isEqualTo(new Filters(Map.of("type", List.of("container"), "event", List.of("die"))));
        assertThat(hook.target()).isEqualTo("https://u.example:8443");
        assertThat(hook.batch()).isEqualTo(1);
        assertThat(hook.timeout()).isEqualTo(Duration.ofSeconds(10));
        assertThat(hook.retryMax()).isEqualTo(Duration.ofMinutes(5));
        assertThat(hook.headers()).containsEntry("Authorization", "Bearer x");
    }

    @Test
    void file_isReadWithItsDefaults() throws Exception {
        SinkOptions.Lines lines = (SinkOptions.Lines)
                sinks("{'name':'a','type':'file','path':'/var/log/../log/e','max-size':'10m','start':'oldest'}")
                        .getFirst();
        assertThat(lines)
                .isEqualTo(new SinkOptions.Lines(
                        "a", Start.OLDEST, Filters.NONE, Path.of("/var/log/e"), Duration.ofSeconds(1), 10 << 20, 5));
        assertThat(((SinkOptions.Lines) sinks("{'name':'a','type':'file','path':'/e','sync':'never'}")
                                .getFirst())
                        .sync())
                .isNull();
        assertThat(((SinkOptions.Lines) sinks("{'name':'a','type':'file','path':'/e','sync':'always'}")
                                .getFirst())
                        .sync())
                .isEqualTo(Duration.ZERO);
    }

    @Test
    void kafka_isReadWithItsDefaults() throws Exception {
        SinkOptions.Kafka kafka = (SinkOptions.Kafka)
                sinks("{'name':'a','type':'kafka','servers':['k1:9092','[::1]:9093'],'topic':'wharf.events',"
                                + "'properties':{'linger.ms':5,'security.protocol':'SSL'}}")
                        .getFirst();
        assertThat(kafka.target()).isEqualTo("k1:9092,[::1]:9093/wharf.events");
        assertThat(kafka.properties()).isEqualTo(Map.of("linger.ms", "5", "security.protocol", "SSL"));
        assertThat(kafka.timeout()).isEqualTo(Duration.ofSeconds(20));
        assertThat(kafka.retryMax()).isEqualTo(Duration.ofMinutes(1));
        assertThat(kafka.propertiesFile()).isNull();
    }

    @Test
    void whatCannotBe_refusesTheStartInWords() {
        refused("event-sinks[0]: name is missing", "{'type':'file','path':'/e'}");
        refused("unknown type pigeon", "{'name':'a','type':'pigeon'}");
        refused("servers must be a list of host:port", "{'name':'a','type':'kafka','topic':'t'}");
        refused("servers must be a list of host:port: k", "{'name':'a','type':'kafka','servers':['k'],'topic':'t'}");
        refused("topic is missing", "{'name':'a','type':'kafka','servers':['k:1']}");
        refused("topic must be of up to 249", "{'name':'a','type':'kafka','servers':['k:1'],'topic':'a b'}");
        refused(
                "properties: linger.ms must be a string",
                "{'name':'a','type':'kafka','servers':['k:1'],'topic':'t','properties':{'linger.ms':[1]}}");
        refused("any configuration option: colour", "{'name':'a','type':'file','path':'/e','colour':1}");
        refused("any configuration option: url", "{'name':'a','type':'file','path':'/e','url':'http://x'}");
        refused("path must be absolute: e", "{'name':'a','type':'file','path':'e'}");
        refused("path must be a string", "{'name':'a','type':'file','path':7}");
        refused("start must be now or oldest: then", "{'name':'a','type':'file','path':'/e','start':'then'}");
        refused("filters must be an object", "{'name':'a','type':'file','path':'/e','filters':'x'}");
        refused("invalid filter 'colour'", "{'name':'a','type':'file','path':'/e','filters':{'colour':['x']}}");
        refused("max-size must be at least 4096 bytes", "{'name':'a','type':'file','path':'/e','max-size':'1k'}");
        refused("sync: invalid duration \"soon\"", "{'name':'a','type':'file','path':'/e','sync':'soon'}");
        refused("max-files must be a number from 1", "{'name':'a','type':'file','path':'/e','max-files':0}");
        refused("url must be http", "{'name':'a','type':'webhook','url':'ftp://x/'}");
        refused("url must be http", "{'name':'a','type':'webhook','url':'http://me:secret@x/'}");
        refused("batch must be a number from 1 to 256", "{'name':'a','type':'webhook','url':'http://x/','batch':257}");
        refused("secret-file must be", "{'name':'a','type':'webhook','url':'http://x/','secret-file':'/none'}");
        refused("with an https url only", "{'name':'a','type':'webhook','url':'http://x/','ca-file':'/etc/passwd'}");
        refused("go together", "{'name':'a','type':'webhook','url':'https://x/','cert-file':'/etc/passwd'}");
        refused("no header that can be sent", "{'name':'a','type':'webhook','url':'http://x/','headers':{'a b':'c'}}");
        refused(
                "event-sinks[1]: another sink has the name a",
                "{'name':'a','type':'file','path':'/e'}",
                "{'name':'a','type':'file','path':'/f'}");
        refused(
                "another sink writes to /e",
                "{'name':'a','type':'file','path':'/e'}",
                "{'name':'b','type':'file','path':'/e'}");
    }

    private void refused(String words, String... json) {
        assertThatThrownBy(() -> sinks(json))
                .as(String.join(",", json))
                .hasMessageContaining("daemon.json")
                .hasMessageContaining(words);
    }
}
