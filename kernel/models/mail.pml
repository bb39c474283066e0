// Mail, requests for an interrupt, sleep, and work that is shared, between a hart that is busy (0)
// and one that has nothing to run (1). Each statement is one access to memory that both see; what
// is said of the kernel stands beside it.
//
// Holds: whoever sleeps is woken for what was sent to it, and is given what the other has too many.
//
// Seeded faults: -DANSWER_LATE, -DASK_LATE, -DNO_FENCE, -DGIVE_TWICE.

#define LETTERS 2   // ready threads that hart 0 does not run
#define COMING 2    // a thread whose wait is over elsewhere, and whose home is hart 1
#define ALL 3
#define NONE 255

byte last = NONE;             // Mailbox::last_ of hart 1
byte following[ALL];          // Letter::following
bool requested[2];            // Ipi::requested
bool pending[2];              // the machine's software interrupt
bool idle;                    // hart 1's bit of state.idle
bool surplus;                 // hart 0's, as the other sees it
byte ready = LETTERS;         // in hart 0's queues
byte got;                     // letters that hart 1 has taken
byte given;                   // those of them that are work
byte asked;                   // times that hart 1 has asked for work
bool in_user[2], asleep;

// sched/ipi.cc, request(): one that was not answered yet is the same request.
inline request(hart, was) {
  d_step { was = requested[hart]; requested[hart] = true };
  if
  :: was
  :: !was -> pending[hart] = true
  fi
}

// sched/mailbox.h, push(); a compare_exchange that fails begins again.
inline push(letter, seen) {
  seen = last;
  do
  :: following[letter] = seen;
     if
     :: atomic { last == seen -> last = letter }; break
     :: atomic { last != seen -> seen = last }
     fi
  od
}

// take_all(): the whole list by one exchange; its order is the owner's own affair.
inline take_all(list) {
  atomic { list = last; last = NONE };
  do
  :: list != NONE -> got++; given = given + (list != COMING); list = following[list]
  :: list == NONE -> break
  od
}

// object/mail.cc, share_work(), on hart 0. A store is seen late where no fence follows: the
// `drain` of it is hart 0's store buffer.
bool buffered;
inline share_work(was) {
  if
  :: (ready > 0) != surplus ->
#ifdef NO_FENCE
     buffered = true
#else
     surplus = (ready > 0)      // and full_fence()
#endif
  :: else
  fi;
  if
  :: ready > 0 && idle ->
#ifdef GIVE_TWICE
     was = true;                // the bit is not cleared
#else
     d_step { was = idle; idle = false };
#endif
     if
     :: was -> ready--; push(ready, seen); request(1, was)
     :: else
     fi
  :: else
  fi
}

active proctype busy() {
  bool was;
  byte seen;
  do
  :: share_work(was);           // leave_kernel()
     in_user[0] = true;
end: pending[0];                // it never enters the kernel but for an interrupt
     in_user[0] = false;
     pending[0] = false;        // take_software_interrupt()
     requested[0] = false       // ipi::answer()
  od
}

// wake(), on a third hart: it sends a thread home at any time.
active proctype answers() {
  bool was;
  byte seen;
  push(COMING, seen);
  request(1, was)
}

active proctype drains() {
end: do
  :: atomic { buffered -> buffered = false; surplus = (ready > 0) }
  od
}

active proctype sleeps() {
  bool was;
  byte list = NONE;
  do
  ::                            // object/mail.cc, sleep()
#ifdef ASK_LATE
     if :: surplus -> request(0, was) :: else fi;
     idle = true; asked++;
#else
     idle = true; asked++;
     if :: surplus -> request(0, was) :: else fi;
#endif
     asleep = true;
end: pending[1];                // wait_for_interrupt()
     asleep = false;
     idle = false;
     pending[1] = false;
#ifdef ANSWER_LATE
     take_all(list); requested[1] = false;
#else
     requested[1] = false;      // ipi::answer()
     take_all(list);            // take_mail()
#endif
     assert(given <= asked);    // one thread a request
     assert(asked <= ALL)       // nobody wakes it without having something for it
     // What it was given runs, and waits after a while: it has nothing to run again.
  od
}

// When nothing can go on: all that was sent has come, and all that was too much has gone.
active proctype at_rest() {
  timeout;
  assert(last == NONE && got == ALL && ready == 0);
  assert(asleep && in_user[0])
}
