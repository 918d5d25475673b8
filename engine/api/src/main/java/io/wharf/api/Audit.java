package io.wharf.api;

import com.fasterxml.jackson.databind.JsonNode;
import io.wharf.api.doors.Caller;
import io.wharf.api.doors.Peer;
import io.wharf.base.Json;
import io.wharf.contracts.AccessService.Trail;
import io.wharf.openapi.Operation;
import io.wharf.openapi.Role;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** What is kept of one request: the operation, what it was about, the caller, the outcome. */
final class Audit {
    /** They change nothing, or only the size of a window. */
    private static final Set<String> IDLE = Set.of("ContainerWait", "ContainerResize", "ExecResize");

    private static final int CREATED = 201;

    /** Parameters that name what is made, where the path names nothing. */
    private static final List<String> NAMES = List.of("name", "fromImage", "repo", "t");

    private final Operation operation;
    private final String target;
    private final Map<String, String> facts;

    private Audit(Operation operation, String target, Map<String, String> facts) {
        this.operation = operation;
        this.target = target;
        this.facts = facts;
    }

    /** Whether a call is one that leaves a trail: it changes something, or needs more than to look. */
    static boolean isKept(Call call) {
        Operation operation = call.operation();
        return (operation.role() != Role.READ_ONLY || !isRead(operation.method())) && !IDLE.contains(operation.id());
    }

    private static boolean isRead(String method) {
        return method.equals("GET") || method.equals("HEAD");
    }

    /** Looks up who it is; on the connection's event loop, while it is open. */
    static Audit begin(Call call) {
        Caller caller = call.caller();
        Map<String, String> facts = new LinkedHashMap<>();
        facts.put("method", call.operation().method());
        facts.put("path", call.request().path());
        facts.put("role", caller.role().word());
        switch (caller.peer()) {
            case Peer.Local(int pid, int uid, int gid) -> {
                facts.put("uid", String.valueOf(uid));
                facts.put("gid", String.valueOf(gid));
                facts.put("pid", String.valueOf(pid));
                caller.container().ifPresent(id -> facts.put("container", id));
            }
            case Peer.Certified certified -> {
                facts.put(
                        "certificate",
                        certified.certificate().getSubjectX500Principal().getName());
                facts.put("fingerprint", fingerprint(certified));
                facts.put("address", certified.address());
            }
            case Peer.Anybody(String address) -> facts.put("address", address);
        }
        return new Audit(call.operation(), target(call), facts);
    }

    /** Notes what a reply says was made; most names of new things are the engine's choice. */
    Reply made(Reply reply) {
        if (reply instanceof Reply.Json(int status, Object body) && status == CREATED) {
            JsonNode shown = Json.MAPPER.valueToTree(body);
            String result = shown.path("Id").asText(shown.path("Name").asText());
            if (!result.isEmpty()) {
                facts.put("result", result);
            }
        }
        return reply;
    }

    Trail ended(int status) {
        facts.put("status", String.valueOf(status));
        return new Trail(operation.id(), target.isEmpty() ? facts.getOrDefault("result", "") : target, facts);
    }

    private static String target(Call call) {
        List<String> named = call.pathValues();
        if (!named.isEmpty()) {
            return String.join(" ", named);
        }
        for (String name : NAMES) {
            String value = call.query().given(name);
            if (value != null && !value.isEmpty()) {
                return value;
            }
        }
        return "";
    }

    private static String fingerprint(Peer.Certified certified) {
        try {
            return HexFormat.of()
                    .formatHex(MessageDigest.getInstance("SHA-256")
                            .digest(certified.certificate().getEncoded()));
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException(e);
        }
    }
}
