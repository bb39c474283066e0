#include "gen/diagnostics.h"

namespace kidl {

std::span<const Explanation> token_explanations() { return {}; }

}  // namespace kidl
