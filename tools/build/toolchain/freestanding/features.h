// Takes the place of glibc's header, which libstdc++'s configuration for Linux includes: there is
// no libc below the kernel and the servers.
#ifndef TESSERA_FREESTANDING_FEATURES_H_
#define TESSERA_FREESTANDING_FEATURES_H_

#define __GLIBC_PREREQ(major, minor) 0

#endif  // TESSERA_FREESTANDING_FEATURES_H_
