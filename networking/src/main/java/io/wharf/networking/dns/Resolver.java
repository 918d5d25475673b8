package io.wharf.networking.dns;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import java.util.List;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Answers the queries of one container: from the names of its networks, or from the servers that it or the host has.
 *
 * <p>Answers itself: what is asked for an address of a name that is known here, also where there is none of that family;
 * any other question about such a name, with nothing, for no server outside knows better; and an address's name. All else
 * is asked on. Confined to the verticle's context.
 */
final class Resolver {
    private final Supplier<Names> names;
    private final Servers servers;
    private final Reply reply;
    private final Forwarding forwarding;
    private final byte[] scratch = new byte[Message.LONGEST_NAME];
    private final Allowance allowance;

    Resolver(Supplier<Names> names, Servers servers, ByteBufAllocator allocator, Forwarding forwarding) {
        this.names = names;
        this.servers = servers;
        this.reply = new Reply(allocator);
        this.forwarding = forwarding;
        this.allowance = new Allowance(forwarding);
    }

    /**
     * Reads a query, which stays the caller's.
     *
     * @return the answer, which is the caller's too; null where it comes later, or never: answers are not answered, nor
     *     what is no message
     */
    @Nullable
    ByteBuf take(ByteBuf query, Supplier<Client> client, boolean tcp) {
        if (query.readableBytes() < Message.HEADER_BYTES
                || (query.getUnsignedShort(query.readerIndex() + Message.FLAGS) & Message.RESPONSE) != 0) {
            return null;
        }
        if (!Question.isAsked(query)) {
            boolean known = (query.getUnsignedShort(query.readerIndex() + Message.FLAGS) & Message.OPCODE) == 0;
            return reply.refusal(query, known ? Message.FORMAT_ERROR : Message.NOT_IMPLEMENTED);
        }
        Question question = Question.read(query, scratch);
        if (question == null) {
            return reply.refusal(query, Message.FORMAT_ERROR);
        }
        Names seen = names.get();
        ByteBuf own = question.isInternet() ? own(query, question, seen, tcp) : null;
        if (own != null) {
            return own;
        }
        if (question.isBareName() && servers.wantDots()) {
            // Who set ndots has the search domains tried: a bare name alone is not for the world.
            return reply.empty(query, question, Message.NO_ERROR);
        }
        List<Upstream> asked = servers.named(seen.reachesOutside());
        if (asked.isEmpty()) {
            return reply.empty(query, question, Message.SERVER_FAILURE);
        }
        if ((tcp && !allowance.hasStream()) || !allowance.takeQuestion()) {
            return reply.empty(query, question, Message.REFUSED);
        }
        forwarding.begin(query, question, asked, client.get(), reply, allowance);
        return null;
    }

    private @Nullable ByteBuf own(ByteBuf query, Question question, Names seen, boolean tcp) {
        if (question.type() == Message.PTR) {
            String name = seen.nameOf(question.name());
            if (name != null) {
                return reply.name(query, question, name);
            }
        }
        Addresses found = seen.find(question.name());
        if (found == null) {
            return null;
        }
        int limit = tcp ? 0xffff : Math.min(question.udpBytes(), Message.LARGEST_UDP);
        return switch (question.type()) {
            case Message.A -> reply.addresses(query, question, found.v4(), limit);
            case Message.AAAA -> reply.addresses(query, question, found.v6(), limit);
            default -> reply.empty(query, question, Message.NO_ERROR);
        };
    }
}
