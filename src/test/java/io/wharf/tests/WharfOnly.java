package io.wharf.tests;

import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;
import org.junit.jupiter.api.extension.ConditionEvaluationResult;
import org.junit.jupiter.api.extension.ExecutionCondition;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.platform.commons.support.AnnotationSupport;

/** A promise that Debian's dockerd does not make: not put to it. */
@Target({ElementType.TYPE, ElementType.METHOD})
@Retention(RetentionPolicy.RUNTIME)
@ExtendWith(WharfOnly.Condition.class)
@interface WharfOnly {
    /** In what dockerd 20.10 differs. */
    String value();

    /** Skips where the tests run against dockerd. */
    final class Condition implements ExecutionCondition {
        @Override
        public ConditionEvaluationResult evaluateExecutionCondition(ExtensionContext context) {
            boolean marked = AnnotationSupport.isAnnotated(context.getElement(), WharfOnly.class);
            return marked && Here.DOCKERD
                    ? ConditionEvaluationResult.disabled("Wharf's own promise")
                    : ConditionEvaluationResult.enabled("");
        }
    }
}
