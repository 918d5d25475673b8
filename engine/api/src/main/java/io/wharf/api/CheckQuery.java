package io.wharf.api;

import io.wharf.base.WharfException;
import io.wharf.openapi.Contract;
import io.wharf.openapi.Operation;
import io.wharf.openapi.QueryRule;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Refuses queries that the contract does not allow: numbers that are none or out of range, words that are not among those
 * of a parameter, parameters that are missing. The words are Docker's where it has some. What is empty counts as absent, what
 * is repeated by its first value, and what the version has not got is not looked at; {@code docs/contract.md} tells more.
 */
final class CheckQuery {
    private static final Pattern NUMBER = Pattern.compile("[+-]?[0-9]+");
    private static final String VALUE = "{}";

    /** Read when the first request comes that can have a query, which at a start the first ones cannot. */
    private static final class Rules {
        static final Map<String, List<QueryRule>> BY_OPERATION = Contract.queryRules();
    }

    private CheckQuery() {}

    static void check(Operation operation, ApiVersion version, Query query) {
        if (operation.query().isEmpty()) {
            return;
        }
        for (QueryRule rule : Rules.BY_OPERATION.getOrDefault(operation.id(), List.of())) {
            if (version.atLeast(rule.since())) {
                check(rule, query.given(rule.parameter()));
            }
        }
    }

    private static void check(QueryRule rule, @Nullable String given) {
        String value = given == null ? "" : given;
        if (value.isEmpty()) {
            if (rule.required()) {
                throw rule.integer() ? refused(rule, value, "invalid syntax") : WharfException.invalid(rule.missing());
            }
            return;
        }
        if (rule.integer()) {
            number(rule, value);
        } else if (!rule.words().isEmpty() && !rule.words().contains(value)) {
            throw refused(rule, value, "");
        }
    }

    private static void number(QueryRule rule, String value) {
        if (!NUMBER.matcher(value).matches()) {
            throw refused(rule, value, "invalid syntax");
        }
        try {
            long number = Long.parseLong(value);
            if (number >= rule.minimum() && number <= rule.maximum()) {
                return;
            }
        } catch (NumberFormatException beyond) {
            // Digits alone, and so many that 64 bits do not hold them.
        }
        throw refused(rule, value, "value out of range");
    }

    private static WharfException refused(QueryRule rule, String value, String reason) {
        return WharfException.invalid(rule.refusal().replace(VALUE, value) + reason);
    }
}
