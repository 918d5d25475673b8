package io.wharf.networking.dns;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.IoEventLoop;
import io.netty.util.concurrent.Future;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * A query on its way through the servers.
 *
 * <p>The first is asked; whenever there is no word for a short while, or a bad one, the next is asked as well, and the first
 * answer is the client's. But servers named one after another may know different names, so a later one's No waits a little
 * for those before it. One that let another answer first is asked last from then on, until it says something, however late.
 */
final class Forwarded implements Asker {
    /** What a dead server costs the first who meets it. */
    static final int HEDGE_MILLIS = 250;

    private static final int NO_WAITS_MILLIS = 1000;

    private final IoEventLoop loop;
    private final byte[] query;
    private final Question question;
    private final List<Upstream> servers;
    private final Client client;
    private final Reply reply;
    private final Runnable ended;
    /** One bit for each server: who was asked, and who has said nothing yet. */
    private int asked;

    private int open;
    private int alongside;
    /** A No that waits for those asked before. */
    private @Nullable ByteBuf no;
    /** What is given to the client where TCP does not help. */
    private @Nullable ByteBuf truncated;

    private @Nullable Future<?> timer;
    private boolean over;

    Forwarded(
            IoEventLoop loop,
            byte[] query,
            Question question,
            List<Upstream> servers,
            Client client,
            Reply reply,
            Runnable ended) {
        this.loop = loop;
        this.query = query;
        this.question = question;
        this.servers = servers;
        this.client = client;
        this.reply = reply;
        this.ended = ended;
    }

    void begin() {
        if (!servers.getFirst().isSilent()) {
            for (int i = 1; i < servers.size(); i++) {
                if (servers.get(i).isDue()) {
                    alongside |= 1 << i;
                }
            }
        }
        askNext();
        for (int i = 1; i < servers.size() && !over; i++) {
            if ((alongside & (1 << i)) != 0) {
                ask(i);
            }
        }
    }

    private void askNext() {
        for (int i = 0; i < servers.size(); i++) {
            if ((asked & (1 << i)) == 0) {
                hedge();
                ask(i);
                return;
            }
        }
        if (open == 0) {
            giveUp();
        }
    }

    private void hedge() {
        if (Integer.bitCount(asked) + 1 < servers.size()) {
            after(HEDGE_MILLIS, this::askNext);
        }
    }

    private void ask(int index) {
        if ((asked & (1 << index)) == 0) {
            asked |= 1 << index;
            open |= 1 << index;
            servers.get(index).ask(query, client.isTcp(), this);
        }
    }

    private void after(int millis, Runnable work) {
        cancelTimer();
        timer = loop.schedule(work, millis, TimeUnit.MILLISECONDS);
    }

    private void cancelTimer() {
        if (timer != null) {
            timer.cancel(false);
            timer = null;
        }
    }

    @Override
    public boolean heard(Upstream from, ByteBuf answer) {
        int rcode = Message.rcode(answer);
        if (!repeats(answer, rcode)) {
            return false;
        }
        int index = servers.indexOf(from);
        open &= ~(1 << index);
        if (over) {
            answer.release();
        } else if (rcode == Message.SERVER_FAILURE || rcode == Message.REFUSED) {
            answer.release();
            goOn();
        } else if (Message.isTruncated(answer) && !client.isTcp()) {
            askByTcp(from, index, answer);
        } else if (isNo(answer, rcode) && isEarlierOpen(index)) {
            hold(answer);
        } else {
            end(answer);
        }
        return true;
    }

    /** A reply repeats the question; one that says what is wrong may leave it out. */
    private boolean repeats(ByteBuf answer, int rcode) {
        int count = Message.count(answer, Message.QUESTIONS);
        if (count == 0) {
            return rcode != Message.NO_ERROR && rcode != Message.NO_SUCH_NAME;
        }
        if (count != 1 || answer.readableBytes() < question.end()) {
            return false;
        }
        for (int i = Message.HEADER_BYTES; i < question.end(); i++) {
            if (lower(answer.getByte(answer.readerIndex() + i)) != lower(query[i])) {
                return false;
            }
        }
        return true;
    }

    private static int lower(byte c) {
        return c >= 'A' && c <= 'Z' ? c | ' ' : c;
    }

    private static boolean isNo(ByteBuf answer, int rcode) {
        return rcode == Message.NO_SUCH_NAME
                || (rcode == Message.NO_ERROR && Message.count(answer, Message.ANSWERS) == 0);
    }

    /** Whether one that stands before this server, and is known to answer, has not answered yet. */
    private boolean isEarlierOpen(int index) {
        for (int i = 0; i < index; i++) {
            if ((open & (1 << i)) != 0 && !servers.get(i).isSilent()) {
                return true;
            }
        }
        return false;
    }

    private void hold(ByteBuf answer) {
        if (no == null) {
            no = Unpooled.copiedBuffer(answer);
            after(NO_WAITS_MILLIS, this::giveUp);
        }
        answer.release();
    }

    private void askByTcp(Upstream from, int index, ByteBuf answer) {
        if (truncated == null) {
            truncated = Unpooled.copiedBuffer(answer);
        }
        answer.release();
        cancelTimer();
        open |= 1 << index;
        from.ask(query, true, new WholeAnswer());
    }

    @Override
    public void unheard(Upstream from) {
        open &= ~(1 << servers.indexOf(from));
        if (!over) {
            goOn();
        }
    }

    /** One has nothing to say. */
    private void goOn() {
        if (no != null) {
            if (open == 0 || !isEarlierOpen(servers.size())) {
                giveUp();
            }
        } else if (truncated == null || open == 0) {
            askNext();
        }
    }

    /** Nobody has an answer: what there is has to do. */
    private void giveUp() {
        ByteBuf held = truncated != null ? truncated : no;
        if (held != null) {
            end(held);
        } else {
            end(reply.empty(Unpooled.wrappedBuffer(query), question, Message.SERVER_FAILURE));
        }
    }

    private void end(ByteBuf answer) {
        if (over) {
            answer.release();
            return;
        }
        over = true;
        cancelTimer();
        for (int i = 0; i < servers.size(); i++) {
            if ((open & (1 << i)) != 0) {
                servers.get(i).kept();
            }
        }
        answer.setShort(answer.readerIndex(), question.id());
        ended.run();
        client.answer(answer);
    }

    /** Hears by TCP what did not fit into a UDP packet. */
    private final class WholeAnswer implements Asker {
        @Override
        public boolean heard(Upstream from, ByteBuf answer) {
            if (!repeats(answer, Message.rcode(answer)) || !Cut.to(answer, question.udpBytes())) {
                return false;
            }
            open &= ~(1 << servers.indexOf(from));
            end(answer);
            return true;
        }

        @Override
        public void unheard(Upstream from) {
            open &= ~(1 << servers.indexOf(from));
            if (!over) {
                giveUp();
            }
        }
    }
}
