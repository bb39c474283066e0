// The compiler's warnings are errors.
int with_warning(int given);

int with_warning(int given) {
#ifndef NC_OFF
  const int nobody_reads_it = given;
#endif
  return given;
}
