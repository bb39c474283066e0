// kidl: the IDL compiler. `kidl --help` says how it is used; tool/commands.cc has its commands.
#include <string>
#include <vector>

#include "gen/tool/commands.h"

int main(int argc, char** argv) {
  return kidl::tool::main(std::vector<std::string>(argv + 1, argv + argc));
}
