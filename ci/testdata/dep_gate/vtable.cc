// A virtual function, without RTTI.
extern "C" int program_main(int given);

struct Base {
  virtual int value() const { return 3; }
};

int program_main(int given) {
  const Base base;
  const Base* volatile any = &base;
  return given + any->value();
}
