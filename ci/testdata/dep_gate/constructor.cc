// A constructor that somebody must call before the program starts.
struct Made {
  Made() { asm volatile("li %0, 3" : "=r"(value)); }
  int value;
};

extern "C" {
Made made;
int program_main();
}

int program_main() { return made.value; }
