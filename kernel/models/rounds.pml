// Rounds (object/round.cc): two threads that have each unmapped a page, and give it out again when a
// round that began after is over; three harts, one of which reads through its translations all the
// while.
//
// Holds: who has a translation from before never reads a page that was given out again; every
// waiter's wait ends.
//
// Seeded faults: -DJOIN, -DNO_FLUSH, -DFIRST_ANSWER, -DFORGET_NEXT.

#define HARTS 3
#define WAITERS 2
#define ALL 7
#define CIRCLE 8                 // numbers go round; 0 is nobody's

byte begun = 6, over = 6;        // Rounds::begun, ::over; soon they begin anew
byte pending;                    // Rounds::pending, a bit a hart
bool waiting[WAITERS], next[WAITERS], woken[WAITERS];
bool interrupt[HARTS];
bool mapped[WAITERS] = true;     // the page table's entry
bool given_again[WAITERS];       // the page is another's
bool cached[WAITERS];            // hart 2's translation

inline increase(n) { n = (n + 1) % CIRCLE; if :: n == 0 -> n = 1 :: else fi }

// begin(), and interrupt(): under the lock, which these d_steps are.
inline begin(i) {
  increase(begun);
  i = 0;
  do
  :: i < WAITERS -> if :: next[i] -> next[i] = false; waiting[i] = true :: else fi; i++
  :: else -> break
  od;
  pending = ALL;
  i = 0;
  do :: i < HARTS -> interrupt[i] = true; i++ :: else -> break od;
  i = 0
}

// wait_for_round(): `done` says that it is over.
inline wait_for_round(number, done, i) {
  d_step {
    if
    :: number != 0 && ((over + CIRCLE - number) % CIRCLE) < CIRCLE / 2 -> number = 0; done = true
    :: else ->
#ifdef JOIN
       if :: pending != 0 -> waiting[_pid] = true; number = begun :: else -> next[_pid] = true fi;
#else
       if
       :: number != 0 && number == begun -> waiting[_pid] = true
       :: else -> next[_pid] = true
       fi;
#endif
       if
       :: pending == 0 -> begin(i); number = begun
       :: pending != 0 && next[_pid] -> number = begun; increase(number)
       :: else
       fi
    fi
  }
}

// The pages of `_pid` 0 and 1.
active [WAITERS] proctype unmaps() {
  byte number = 0, i = 0;
  bool done = false;
  mapped[_pid] = false;
  do
  :: wait_for_round(number, done, i);
     if
     :: done -> break
     :: else -> atomic { woken[_pid] -> woken[_pid] = false }  // kPreempted: it makes its call again
     fi
  od;
  given_again[_pid] = true
}

// answer_round(), outside the kernel.
inline answer(hart, i) {
  d_step {
    if
    :: interrupt[hart] ->
       interrupt[hart] = false;
       if
       :: (pending & (1 << hart)) != 0 ->
#ifndef NO_FLUSH
          // flush_all()
          if :: hart == 2 -> cached[0] = false; cached[1] = false :: else fi;
#endif
#ifdef FIRST_ANSWER
          pending = 0;
#else
          pending = pending & (ALL - (1 << hart));
#endif
          if
          :: pending == 0 ->
             over = begun;
             i = 0;
             do
             :: i < WAITERS ->
                if :: waiting[i] -> waiting[i] = false; woken[i] = true :: else fi; i++
             :: else -> break
             od;
             i = 0;
#ifndef FORGET_NEXT
             if :: next[0] || next[1] -> begin(i) :: else fi
#endif
          :: else
          fi
       :: else
       fi
    fi
  }
}

active [2] proctype others() {
  byte i = 0;
end: do
  :: interrupt[_pid - WAITERS] -> answer(_pid - WAITERS, i)
  od
}

active proctype reads() {
  byte i = 0, page = 0;
end: do
  :: interrupt[2] -> answer(2, i)
  :: atomic { !cached[0] && mapped[0] -> cached[0] = true }
  :: atomic { !cached[1] && mapped[1] -> cached[1] = true }
  :: d_step { cached[0] -> assert(!given_again[0]) }
  :: d_step { cached[1] -> assert(!given_again[1]) }
  od
}

active proctype at_rest() {
  timeout;
  assert(given_again[0] && given_again[1] && pending == 0)
}
