// Memory that was an object's is given out again only when every hart has left the kernel since
// (object/untyped.cc, object/round.cc): a hart that looked the object up before it was destroyed may
// still look at it, and takes an interrupt only outside the kernel. So may one that has a letter about
// it (object/mail.cc, Ask): who asks something of a thread goes where that lives, which moves.
//
// Holds: what a hart finds by a word of a slot is what the word meant, until it has left the kernel;
// and what a letter is about is there when it is taken.
//
// Seeded faults: -DNO_WAIT, -DANSWER_INSIDE, -DBEFORE, -DSEND_ON, -DANSWER_FIRST, -DDUE_LATE.

#define READERS 2
#define REUSES 2
#define LETTERS 2           // that there may be; each hart has room for them

byte word = 1;              // a slot: which object it names, 0 none
byte memory = 1;            // what the object's memory is now
byte home;                  // the hart where the object lives
bool interrupt[READERS];
bool due[READERS];          // Rounds::pending, a bit each
bool inside[READERS];
byte sent;
chan mail[READERS] = [LETTERS] of { byte };   // which object each letter is about

// answer_round().
inline answer() { due[_pid] = false }

// A letter, about what is there: take().
inline take(about) {
  do
  :: mail[_pid] ? about ->
     assert(memory == about);              // place_of(), and what is done there
#ifdef SEND_ON
     if
     :: home != _pid -> d_step { mail[home] ! about; interrupt[home] = true }
     :: else
     fi
#endif
  :: empty(mail[_pid]) -> break
  od
}

// syscall/trap.cc, take_interrupts().
inline take_interrupts(round, about) {
  interrupt[_pid] = false;
#ifdef ANSWER_FIRST
  if :: due[_pid] -> answer() :: else fi;
  take(about)
#else
#ifdef DUE_LATE
  take(about);
  round = due[_pid];
#else
  round = due[_pid];                       // is_round_due()
  take(about);
#endif
  if :: round -> answer() :: else fi
#endif
}

// A system call that looks a slot up without a lock; or with the tree's, and sends a letter about
// what it finds (at_home()): then that is not destroyed in between.
active [READERS] proctype reads() {
  byte seen, about;
  bool round;
end: do
  :: inside[_pid] = true;
     seen = word;           // CapabilityWord
     if
     :: seen != 0 ->
#ifdef ANSWER_INSIDE
        if :: due[_pid] -> answer() :: true fi;
#endif
        assert(memory == seen)
     :: else
     fi;
     inside[_pid] = false
  :: d_step {
       word != 0 && sent < LETTERS ->
       sent++;
       mail[home] ! word;
       interrupt[home] = true
     }
  :: interrupt[_pid] -> take_interrupts(round, about)  // it was outside
  od
}

// The object is taken over by a hart that calls it (adopt()).
active proctype moves() {
end: do
  :: home = 0
  :: home = 1
  od
}

inline begin_round() {
  d_step {
    due[0] = true; due[1] = true;
    interrupt[0] = true; interrupt[1] = true
  }
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
     !due[0] && !due[1];    // wait_for_round()
     generation++;
     memory = generation;   // retyped: another object
     word = generation      // and another capability
  :: else -> break
  od;
  assert(memory == REUSES + 1)
}
