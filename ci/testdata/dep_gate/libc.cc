// A function of libc, of its own making.
extern "C" {
int puts(const char* text);
int program_main();
}

[[gnu::noinline]] int puts(const char* text) { return *text; }
int program_main() {
  int (*volatile say)(const char*) = puts;
  return say("");
}
