// The root page table that a hart has (satp), from which it may walk at any time: of the task that
// runs there, or ran there last. Tasks end, their memory is given out again after a round
// (object/vmo.cc, retire_address_space(); object/round.cc).
//
// Holds: no hart has a root whose memory was given out again.
//
// Seeded faults: -DKEEP_ROOT, -DKEEP_ROOT_ASLEEP, -DNO_ROUND.

#define HARTS 2
#define REUSES 2

mtype = { NOBODY, USER, ENDER };

byte task = 1;               // which task there is, by its memory; 0: it has ended
byte memory = 1;             // whose the memory of its root is now
byte root[HARTS];            // 0: the kernel's own
bool runs[HARTS];            // a thread of the task does, on that hart
bool interrupt[HARTS];
bool due[HARTS];             // Rounds::pending, a bit each

// syscall/trap.cc, take_interrupts(): what has come by mail stops the thread of a task that has
// ended; then the round is answered.
inline take_interrupts() {
  d_step {
    interrupt[_pid] = false;
    if
    :: task == 0 && runs[_pid] -> runs[_pid] = false; current = NOBODY   // stop_at_home()
    :: else
    fi
  };
  d_step {
    if
    :: due[_pid] ->
       due[_pid] = false;
#ifndef KEEP_ROOT_ASLEEP
       if :: current == NOBODY -> root[_pid] = 0 :: else fi   // answer_round()
#endif
    :: else
    fi
  }
}

// next_thread() and leave_kernel().
active [HARTS] proctype hart() {
  mtype current = NOBODY;
  do
  :: if
     :: runs[_pid] -> current = USER
     :: atomic { !runs[_pid] && task != 0 -> current = USER; runs[_pid] = true }
     :: !runs[_pid] -> current = ENDER   // of another task, that has ended: it stays in the kernel
     :: !runs[_pid] -> current = NOBODY
     fi;
     if
     :: current == USER ->
        root[_pid] = memory;             // activate(): while a thread of it runs it is not another's
end_user:
        interrupt[_pid];
        take_interrupts()
     :: current == ENDER ->
        if
        :: interrupt[_pid] ->
#ifndef KEEP_ROOT
           root[_pid] = 0;               // leave_user_space()
#endif
           take_interrupts()
        :: true
        fi
     :: current == NOBODY ->             // sleep()
end_sleep:
        interrupt[_pid];
        take_interrupts()
     fi
  od
}

inline interrupt_all() { interrupt[0] = true; interrupt[1] = true }

active proctype ends() {
  byte generation = 1;
  do
  :: generation <= REUSES ->
     d_step { task = 0; interrupt_all() };
     !runs[0] && !runs[1];               // its threads are stopped
#ifndef NO_ROUND
     d_step { due[0] = true; due[1] = true; interrupt_all() };
     !due[0] && !due[1];                 // wait_for_round()
#endif
     generation++;
     d_step { memory = generation; task = generation }
  :: else -> break
  od;
  assert(memory == REUSES + 1)
}

active proctype walks() {
end: do
  :: d_step {
       assert(root[0] == 0 || root[0] == memory);
       assert(root[1] == 0 || root[1] == memory)
     }
  od
}
