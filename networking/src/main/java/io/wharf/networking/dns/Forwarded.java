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
 * answer is the client's. One that let another answer first is asked last from then on, until it says something, however late.
 *
 * <p>But servers named one after another may know different names. So a No counts only when all that are named before have
 * been asked and have said no more than that; it waits for them a little, but not for those that are dead.
 */
final class Forwarded implements Asker {
    private final IoEventLoop loop;
    private final byte[] query;
    private final Question question;
    /** As they were named; all that is counted here is counted so. */
    private final List<Upstream> servers;

    private final Waits waits;
    private final Client client;
    private final Reply reply;
    private final Allowance allowance;
    /** One bit for each server: who was asked, and who has said nothing yet. */
    private int asked;

    private int open;
    /** A No that waits for those named before. */
    private @Nullable ByteBuf no;

    private int noFrom;
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
            Allowance allowance) {
        this.loop = loop;
        this.query = query;
        this.question = question;
        this.servers = servers;
        this.waits = servers.getFirst().waits();
        this.client = client;
        this.reply = reply;
        this.allowance = allowance;
    }

    /**
     * One of the silent ones whose time has come is asked along with the first that is known to answer, so that finding it
     * dead costs nobody anything.
     */
    void begin() {
        int first = next();
        int alongside = 0;
        if (!servers.get(first).isSilent()) {
            for (int i = 0; i < servers.size(); i++) {
                if (servers.get(i).isDue()) {
                    alongside |= 1 << i;
                }
            }
        }
        askNext();
        askAll(alongside);
    }

    /** Who is to be asked next: the silent ones are last; -1 where all have been. */
    private int next() {
        int last = -1;
        for (int i = 0; i < servers.size(); i++) {
            if ((asked & (1 << i)) == 0) {
                if (!servers.get(i).isSilent()) {
                    return i;
                }
                last = last < 0 ? i : last;
            }
        }
        return last;
    }

    private void askNext() {
        int next = next();
        if (next >= 0) {
            hedge();
            ask(next);
        } else if (open == 0) {
            giveUp();
        }
    }

    private void hedge() {
        if (Integer.bitCount(asked) + 1 < servers.size()) {
            after(waits.hedgeMillis(), this::askNext);
        }
    }

    private void askAll(int which) {
        for (int i = 0; i < servers.size() && !over; i++) {
            if ((which & (1 << i)) != 0) {
                ask(i);
            }
        }
    }

    private void ask(int index) {
        if ((asked & (1 << index)) != 0) {
            return;
        }
        asked |= 1 << index;
        open |= 1 << index;
        if (!client.isTcp()) {
            servers.get(index).ask(query, false, this);
        } else if (allowance.hasStream()) {
            allowance.takeStream();
            servers.get(index).ask(query, true, this);
        } else {
            passed(index);
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
        if (client.isTcp()) {
            allowance.giveStream();
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
        } else if (isNo(answer, rcode) && isEarlierToCome(index)) {
            hold(index, answer);
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

    /** Whether one named before this one may still say something: it is being asked, or should be. */
    private boolean isEarlierToCome(int index) {
        for (int i = 0; i < index; i++) {
            if ((open & (1 << i)) != 0 || isToBeAsked(i)) {
                return true;
            }
        }
        return false;
    }

    private boolean isToBeAsked(int index) {
        return (asked & (1 << index)) == 0 && !servers.get(index).isDead();
    }

    private void hold(int index, ByteBuf answer) {
        if (no == null || index < noFrom) {
            if (no != null) {
                no.release();
            }
            no = Unpooled.copiedBuffer(answer);
            noFrom = index;
        }
        answer.release();
        int missing = 0;
        boolean alive = false;
        for (int i = 0; i < noFrom; i++) {
            missing |= isToBeAsked(i) ? 1 << i : 0;
            alive |= ((open | missing) & (1 << i)) != 0 && !servers.get(i).isDead();
        }
        after(alive ? waits.noMillis() : waits.hedgeMillis(), this::giveUp);
        askAll(missing);
    }

    private void askByTcp(Upstream from, int index, ByteBuf answer) {
        if (!allowance.hasStream()) {
            end(answer);
            return;
        }
        if (truncated == null) {
            truncated = Unpooled.copiedBuffer(answer);
        }
        answer.release();
        cancelTimer();
        open |= 1 << index;
        allowance.takeStream();
        from.ask(query, true, new WholeAnswer());
    }

    @Override
    public void unheard(Upstream from) {
        if (client.isTcp()) {
            allowance.giveStream();
        }
        passed(servers.indexOf(from));
    }

    private void passed(int index) {
        open &= ~(1 << index);
        if (!over) {
            goOn();
        }
    }

    /** One has nothing to say. */
    private void goOn() {
        if (no != null) {
            if (!isEarlierToCome(noFrom)) {
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
        allowance.giveQuestion();
        client.answer(answer);
    }

    /** Hears by TCP what did not fit into a UDP packet. */
    private final class WholeAnswer implements Asker {
        @Override
        public boolean heard(Upstream from, ByteBuf answer) {
            if (!repeats(answer, Message.rcode(answer)) || !Cut.to(answer, question.udpBytes())) {
                return false;
            }
            allowance.giveStream();
            open &= ~(1 << servers.indexOf(from));
            end(answer);
            return true;
        }

        @Override
        public void unheard(Upstream from) {
            allowance.giveStream();
            open &= ~(1 << servers.indexOf(from));
            if (!over) {
                giveUp();
            }
        }
    }
}
