// Memory that was an object's is given out again only when every hart has left the kernel since
// (object/untyped.cc, object/round.cc): a hart that looked the object up before it was destroyed may
// still look at it, and takes an interrupt only outside the kernel.
//
// Holds: what a hart finds by a word of a slot is what the word meant, until it has left the kernel.
//
// Seeded faults: -DNO_WAIT, -DANSWER_INSIDE, -DBEFORE.

#define READERS 2
#define REUSES 2

byte word = 1;              // a slot: which object it names, 0 none
byte memory = 1;            // what the object's memory is now
bool interrupt[READERS];
byte pending;               // answers that the round still wants
bool inside[READERS];

inline answer() { d_step { interrupt[_pid] -> interrupt[_pid] = false; pending-- } }

// A system call that looks a slot up without a lock.
active [READERS] proctype reads() {
  byte seen;
end: do
  :: inside[_pid] = true;
     seen = word;           // CapabilityWord
     if
     :: seen != 0 ->
#ifdef ANSWER_INSIDE
        if :: answer() :: true fi;
#endif
        assert(memory == seen)
     :: else
     fi;
     inside[_pid] = false
  :: answer()               // kernel_trap() of an interrupt: it was outside
  od
}

inline begin_round() {
  d_step { pending = READERS; interrupt[0] = true; interrupt[1] = true }
}

active proctype destroys() {
  byte generation = 1;
  do
  :: generation <= REUSES ->
#ifdef BEFORE
     begin_round();
     word = 0;              // destroyed while a round goes on: that one does not count
#else
     word = 0;
#ifndef NO_WAIT
     begin_round();
#endif
#endif
     pending == 0;          // wait_for_round()
     generation++;
     memory = generation;   // retyped: another object
     word = generation      // and another capability
  :: else -> break
  od;
  assert(memory == REUSES + 1 && pending == 0)
}
