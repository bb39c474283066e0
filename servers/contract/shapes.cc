#include "servers/contract/shapes.h"

namespace tessera::contract {

void serve_shapes(std::uint64_t) {
  OK(kernel::Self::window(rt::window_slot(0).index));
  Shapes shapes({make<kernel::Reply>().slot(), make<kernel::Reply>().slot()});
  bounding::serve_bounded(shapes, gift(0));
}

Space start_shapes_from(kernel::Untyped quota, kernel::Endpoint endpoint, Where where) {
  const Space space = prepare_space_from(quota, serve_shapes, 0, where);
  space.give(0, endpoint.slot(), rt::rights(kernel::Endpoint::Right::kReceive), 0, where);
  space.start_with_buffer(where);
  return space;
}

Space start_shapes(kernel::Endpoint endpoint, Where where) {
  return start_shapes_from(memory(), endpoint, where);
}

}  // namespace tessera::contract
