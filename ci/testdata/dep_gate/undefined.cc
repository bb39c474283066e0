// A weak symbol links though nobody defines it.
extern "C" [[gnu::weak]] int nobody_has_it();
extern "C" int program_main();
extern "C" int program_main() { return nobody_has_it == nullptr ? 0 : nobody_has_it(); }
