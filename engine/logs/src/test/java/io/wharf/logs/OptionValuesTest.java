package io.wharf.logs;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.wharf.base.WharfException;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class OptionValuesTest {
    @ParameterizedTest
    @CsvSource({"1s,1000", "1.5s,1500", "1m30s,90000", "100ms,100", "-2s,-2000", "0,0", "1h,3600000"})
    void duration_isReadAsInGo(String text, long millis) {
        assertThat(OptionValues.duration(text)).isEqualTo(Duration.ofMillis(millis));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = ';',
            value = {
                "10;time: missing unit in duration \"10\"",
                "abc;time: invalid duration \"abc\"",
                "1x;time: unknown unit \"x\" in duration \"1x\"",
                "1s!;time: unknown unit \"s!\" in duration \"1s!\"",
            })
    void duration_thatIsNone_isRefusedInGosWords(String text, String words) {
        assertThatThrownBy(() -> OptionValues.duration(text)).hasMessage(words);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = ';',
            nullValues = "-",
            value = {
                "syslog; bogus=1; unknown log opt 'bogus' for syslog log driver",
                "syslog; syslog-address=ftp://x; unsupported scheme: 'ftp'",
                "syslog; syslog-address=localhost:514; unsupported scheme: 'localhost'",
                "syslog; syslog-address=127.0.0.1:514; parse \"127.0.0.1:514\": first path segment in URL cannot contain colon",
                "syslog; syslog-address=tcp://h:x1; parse \"tcp://h:x1\": invalid port \":x1\" after host",
                "syslog; syslog-facility=none; invalid syslog facility",
                "syslog; syslog-facility=24; invalid syslog facility",
                "syslog; syslog-format=rfc1; Invalid syslog format",
                "syslog; tag={{.Nix}}; template: log-tag:1: executing \"log-tag\" at <.Nix>: can't evaluate field Nix in type *logger.Info",
                "syslog; labels-regex=(; error parsing regexp: \"(\" is no regular expression for log opt 'labels-regex': unclosed group",
                "syslog; syslog-address=udp://[::1]:514,syslog-facility=local3,syslog-format=rfc5424micro; -",
                "syslog; syslog-address=unixgram:///dev/nothing,syslog-facility=23; -",
                "gelf; tag=x; gelf-address is a required parameter",
                "gelf; gelf-address=http://x:1; gelf: endpoint needs to be TCP or UDP",
                "gelf; gelf-address=udp://x; gelf: please provide gelf-address as proto://host:port",
                "gelf; gelf-address=tcp://x:1,gelf-compression-type=gzip; compression is only supported on UDP",
                "gelf; gelf-address=udp://x:1,gelf-compression-type=lz4; unknown value \"lz4\" for log opt \"gelf-compression-type\" for gelf log driver",
                "gelf; gelf-address=udp://x:1,gelf-compression-level=10; unknown value \"10\" for log opt \"gelf-compression-level\" for gelf log driver",
                "gelf; gelf-address=udp://x:1,gelf-tcp-max-reconnect=1; \"gelf-tcp-max-reconnect\" is only valid for TCP",
                "gelf; gelf-address=tcp://x:1,gelf-tcp-reconnect-delay=-1; \"gelf-tcp-reconnect-delay\" must be a positive integer",
                "gelf; gelf-address=udp://x:1,bogus=1; unknown log opt \"bogus\" for gelf log driver",
                "gelf; gelf-address=udp://x:1,gelf-compression-type=zlib,gelf-compression-level=-1,env=A; -",
                "fluentd; bogus=1; unknown log opt 'bogus' for fluentd log driver",
                "fluentd; fluentd-address=udp://x; invalid fluentd-address (udp://x): unsupported scheme: 'udp'",
                "fluentd; fluentd-address=tcp://x/y; invalid fluentd-address (tcp://x/y): should not contain a path element",
                "fluentd; fluentd-address=unix://; invalid fluentd-address (unix://): path is empty",
                "fluentd; fluentd-address=x:99999; invalid fluentd-address (x:99999): invalid port: strconv.ParseUint: parsing \"99999\": value out of range",
                "fluentd; fluentd-async=maybe; strconv.ParseBool: parsing \"maybe\": invalid syntax",
                "fluentd; fluentd-buffer-limit=lots; invalid size: 'lots'",
                "fluentd; fluentd-retry-wait=1; time: missing unit in duration \"1\"",
                "fluentd; fluentd-max-retries=-1; strconv.ParseUint: parsing \"-1\": invalid syntax",
                "fluentd; fluentd-max-retries=4294967295; invalid fluentd-max-retries: value out of range",
                "fluentd; fluentd-async-reconnect-interval=1ms; invalid value for fluentd-async-reconnect-interval: value (\"1ms\") must be between 100ms and 10s",
                "fluentd; fluentd-write-timeout=-1s; invalid value for fluentd-write-timeout: value must be a duration that is non-negative",
                "fluentd; fluentd-read-timeout=x; invalid value for fluentd-read-timeout: value must be a duration: time: invalid duration \"x\"",
                "fluentd; fluentd-address=[::1]:24224,fluentd-async=true,fluentd-max-retries=3,fluentd-buffer-limit=8KB,fluentd-sub-second-precision=1; -",
            })
    void options_areCheckedInDockersWords(String driver, String options, String words) {
        var kind = LogDrivers.remote(driver);
        var map = new HashMap<String, String>();
        for (var option : options.split(",")) {
            var equals = option.indexOf('=');
            map.put(option.substring(0, equals), option.substring(equals + 1));
        }
        if (words == null) {
            kind.check(map);
        } else {
            assertThatThrownBy(() -> kind.check(map))
                    .isInstanceOf(WharfException.class)
                    .hasMessage(words);
        }
    }

    @Test
    void commonOptions_areCheckedForFilesToo() {
        for (var driver : new String[] {"json-file", "local"}) {
            for (var tag : new String[] {"{{.Bogus}}", "{{.Bogus"}) {
                assertThatThrownBy(() -> LogDrivers.check(driver, Map.of("tag", tag)))
                        .hasMessageStartingWith("template: log-tag:1: ");
            }
            assertThatThrownBy(() -> LogDrivers.check(driver, Map.of("env-regex", "[")))
                    .hasMessageStartingWith(
                            "error parsing regexp: \"[\" is no regular expression for log opt 'env-regex'");
            LogDrivers.check(driver, Map.of("tag", "{{.Name}}", "labels-regex", "^a"));
        }
    }

    @Test
    void journald_isRefusedWhereThereIsNone() {
        assertThatThrownBy(() -> new JournaldKind("/nowhere/socket").check(Map.of()))
                .hasMessage("journald is not enabled on this host");
        assertThatThrownBy(() -> new JournaldKind("/").check(Map.of("bogus", "1")))
                .hasMessage("unknown log opt 'bogus' for journald log driver");
        new JournaldKind("/").check(Map.of("tag", "{{.Name}}"));
    }

    @Test
    void attributes_areChosenByNameAndByRegex() {
        var source =
                Said.source("labels", "team,none", "labels-regex", "^ti", "env", "STAGE,BROKEN", "env-regex", "OME$");
        assertThat(ExtraAttributes.of(source, UnaryOperator.identity()))
                .isEqualTo(Map.of("team", "red", "tier", "front", "STAGE", "test", "HOME", "/root"));
        assertThat(ExtraAttributes.of(Said.source("labels", "com.example.x-y"), JournaldDriver::fieldName))
                .isEqualTo(Map.of("COM_EXAMPLE_X_Y", "odd"));
        assertThat(ExtraAttributes.of(Said.source(), UnaryOperator.identity())).isEmpty();
    }
}
