package io.wharf.health;

import io.wharf.contracts.HealthPlan;
import io.wharf.linux.Fd;
import io.wharf.linux.LinuxException;
import java.nio.charset.StandardCharsets;

/** A GET request over a connection of its own; 2xx and 3xx are well. No more is read than can be shown. */
final class HttpProbe extends ConnectProbe {
    private static final int READ_BYTES = 4096;

    private final HealthPlan.Http http;
    private final HttpAnswer answer = new HttpAnswer();

    HttpProbe(Tools tools, HealthPlan plan, HealthPlan.Http http) {
        super(tools, plan, http.at());
        this.http = http;
    }

    @Override
    void connected(Fd opened) {
        byte[] request = ("GET " + http.path() + " HTTP/1.1\r\nHost: " + place().text()
                        + "\r\nUser-Agent: Wharf-Health\r\nAccept: */*\r\nConnection: close\r\n\r\n")
                .getBytes(StandardCharsets.US_ASCII);
        try {
            // A new socket's buffer takes far more than this at once.
            if (opened.write(request, 0, request.length) != request.length) {
                finish(FAILED, target() + ": the request could not be sent");
                return;
            }
        } catch (LinuxException e) {
            finish(FAILED, target() + ": " + e.getMessage());
            return;
        }
        watchForReading(opened, () -> read(opened));
    }

    private void read(Fd opened) {
        byte[] bytes = new byte[READ_BYTES];
        try {
            while (!isOver()) {
                int count = opened.read(bytes, 0, bytes.length);
                if (count < 0) {
                    return;
                }
                answer.add(bytes, count);
                if (count == 0 || answer.isComplete()) {
                    judge();
                }
            }
        } catch (LinuxException e) {
            if (answer.status() > 0) {
                judge();
            } else {
                finish(FAILED, target() + ": " + e.getMessage());
            }
        }
    }

    private void judge() {
        int status = answer.status();
        finish(status >= 200 && status < 400 ? 0 : FAILED, target() + ": " + answer.text());
    }

    @Override
    String target() {
        return "GET http://" + place().text() + http.path();
    }

    /** A status that came in time decides, though the rest did not: some bodies never end. */
    @Override
    void timeIsUp() {
        if (answer.status() > 0) {
            judge();
        } else {
            super.timeIsUp();
        }
    }
}
