// Floating point in registers: a server may, the kernel may not.
extern "C" void program_main(double* numbers);
extern "C" void program_main(double* numbers) { numbers[0] += numbers[1]; }
