// The files of a new service. $name, $Name and so on are filled in.
#include <algorithm>
#include <cstddef>
#include <string>
#include <vector>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_replace.h"
#include "absl/strings/str_split.h"
#include "gen/tool/scaffold.h"

namespace kidl::tool {
namespace {

constexpr absl::string_view kIdl = R"($file_id;
# The $name service.

using K = import "/idl/kidl.idl";
$K.namespace("service");

enum $NameStatus {
  ok @0;           # It was done.
  invalidArgs @1;  # A value outside its type or range.
  malformed @2;    # A message that is none of $name's methods.
}

interface $Name $interface_id $K.service($number) $K.errors("$NameStatus")
    $K.answers((badValue = 1, malformed = 2)) {
  # Adds numbers, until it is given something better to do.

  add @0 (a :UInt32 $K.range((min = 0, max = 1000)), b :UInt32 $K.range((min = 0, max = 1000))) -> (sum :UInt32);
  # Adds two numbers. invalidArgs: one of them is more than 1000.
  # a, b: at most 1000.
  # sum: of both.
}
)";

constexpr absl::string_view kServer =
    R"(// What $name does with a message. The generated loop has checked its values already.
#ifndef $GUARD_SERVER_H_
#define $GUARD_SERVER_H_

#include <cstdint>

#include "idl/service/$name_server.h"
#include "servers/runtime/ipc.h"

namespace tessera::$name {

class Server {
 public:
  // The first parameter of each method is the caller: who the kernel says that it is.
  static rt::Result<std::uint32_t> add(const rt::Caller&, std::uint32_t a, std::uint32_t b) {
    return a + b;
  }
};

}  // namespace tessera::$name

#endif  // $GUARD_SERVER_H_
)";

constexpr absl::string_view kMain = R"(// $name: serves idl/service/$name.idl.
#include <cstdint>

#include "$folder/$name/server.h"
#include "idl/service/$name_server.h"
#include "servers/runtime/slots.h"
#include "servers/runtime/start.h"

namespace tessera {

extern "C" std::int32_t server_main(std::uint64_t) {
  $name::Server server;
  // Callers wait at the endpoint until the loop receives, which is next.
  if (const auto told = rt::start::ready().signal(); !told) return told.error().status;
  service::serve_$name(server, rt::start::service());
}

}  // namespace tessera
)";

constexpr absl::string_view kClient = R"(// ask_$name: calls $name once and says what it answered.
#include <cstdint>

#include "idl/service/$name_client.h"
#include "servers/runtime/print.h"
#include "servers/runtime/slots.h"
#include "servers/runtime/start.h"

namespace tessera {

extern "C" std::int32_t server_main(std::uint64_t) {
  // The first image that its manifest entry `uses`, after console.
  const service::$NameClient $name(rt::start::peer(0));
  const auto sum = $name.add(2, 3);
  if (!sum) {
    rt::print("add failed, status ", sum.error().status);
    return sum.error().status;
  }
  rt::print("2 + 3 = ", *sum);
  return 0;
}

}  // namespace tessera
)";

constexpr absl::string_view kTest =
    R"(// $name behind its generated loop, asked by its generated client: both on the host.
#include "$folder/$name/server.h"

#include <gtest/gtest.h>

#include <cstdint>
#include <functional>
#include <utility>

#include "gen/loopback.h"
#include "idl/abi.h"
#include "idl/service/$name.h"
#include "idl/service/$name_client.h"
#include "idl/service/$name_fake.h"
#include "idl/service/$name_server.h"
#include "servers/runtime/ipc.h"

namespace tessera::$name {
namespace {

class ServerTest : public ::testing::Test {
 protected:
  ServerTest() {
    kernel.server = [this](const rt::Registers& message) {
      return service::$NameServer<Server>::dispatch(server, rt::Slot{6}, message);
    };
  }

  gen::Loopback kernel;
  Server server;
  const service::$NameClient client{rt::Slot{20}};
};

TEST_F(ServerTest, AddsTwoNumbers) {
  EXPECT_EQ(client.add(2, 3), 5U);
  EXPECT_EQ(client.add(1000, 1000), 2000U);
}

// The generated decoder refuses what the .idl does not admit: the server is never asked.
TEST_F(ServerTest, RefusesWhatIsOutOfRange) {
  const auto sum = client.add(1001, 0);
  ASSERT_FALSE(sum.has_value());
  EXPECT_EQ(sum.error().status, std::to_underlying(service::$NameStatus::kInvalidArgs));
}

// What a client is told when there is no answer: by a stand-in, whose methods are the test's.
class ClientTest : public ::testing::Test {
 protected:
  ClientTest() { kernel.server = std::ref(fake); }

  gen::Loopback kernel;
  service::Fake$Name fake;
  const service::$NameClient client{rt::Slot{20}};
};

TEST_F(ClientTest, ARefusalIsAValue) {
  fake.on.add = [](const rt::Caller&, std::uint32_t, std::uint32_t) -> rt::Result<std::uint32_t> {
    return rt::failure(service::$NameStatus::kMalformed);
  };
  EXPECT_TRUE(client.add(2, 3).error() == service::$NameStatus::kMalformed);
}

TEST_F(ClientTest, AServerThatIsDeadIsAValue) {
  kernel.failure = gen::kPeerDied;
  EXPECT_EQ(client.add(2, 3).error().status, abi::kEpipe);
}

TEST_F(ClientTest, ADeadlineThatPassesIsAValue) {
  kernel.server = [](const rt::Registers&) { return rt::Registers{}; };  // never answers
  EXPECT_EQ(client.add_until(1000, 2, 3).error().status, abi::kEtimedout);
}

}  // namespace
}  // namespace tessera::$name
)";

// Entries of a manifest. init starts images in the order of the list, and the server before who
// asks it.
constexpr absl::string_view kEntries =
    R"(  (name = "$name", identity = $identity, qos = normal, quotaKiB = 256, stackKiB = 16, slots = 64, poolPages = 8,
   service = true),
  (name = "ask_$name", identity = $client_identity, qos = normal, quotaKiB = 256, stackKiB = 16, slots = 64, poolPages = 8,
   uses = ["console", "$name"]),
)";

std::string hex(std::uint64_t number) { return absl::StrFormat("0x%x", number); }

std::string fill(absl::string_view text, const NewService& service) {
  std::string guard = absl::StrCat(service.folder, "/", service.name);
  for (char& each : guard) {
    each = absl::ascii_isalnum(static_cast<unsigned char>(each))
               ? absl::ascii_toupper(static_cast<unsigned char>(each))
               : '_';
  }
  // The longest that fits is taken, so $name does not spoil $number.
  return absl::StrReplaceAll(text, {{"$name", service.name},
                                    {"$Name", service.type},
                                    {"$GUARD", guard},
                                    {"$folder", service.folder},
                                    {"$number", absl::StrFormat("0x%04x", service.number)},
                                    {"$file_id", absl::StrCat("@", hex(service.file_id))},
                                    {"$interface_id", absl::StrCat("@", hex(service.interface_id))},
                                    {"$identity", hex(service.identity)},
                                    {"$client_identity", hex(service.client_identity)}});
}

// As clang-format has them: where a name stands among the others is not known before.
std::string sort_includes(absl::string_view text) {
  std::vector<std::string> lines = absl::StrSplit(text, '\n');
  for (auto begin = lines.begin(); begin != lines.end();) {
    const auto end = std::find_if_not(begin, lines.end(), [](const std::string& line) {
      return absl::StartsWith(line, "#include \"");
    });
    std::sort(begin, end);
    begin = end == lines.end() ? end : end + 1;
  }
  return absl::StrJoin(lines, "\n");
}

// Where the last entry of the first list of images begins; npos when there is none.
std::size_t last_image(absl::string_view manifest) {
  const std::size_t list = manifest.find("= [\n  (name = ");
  if (list == absl::string_view::npos) return list;
  const std::size_t end = manifest.find("\n]", list);
  if (end == absl::string_view::npos) return end;
  const std::size_t last = manifest.substr(0, end).rfind("\n  (name = ");
  return last == absl::string_view::npos || last < list ? absl::string_view::npos : last + 1;
}

}  // namespace

std::map<std::string, std::string> service_files(const NewService& service) {
  const std::string folder = absl::StrCat(service.folder, "/", service.name, "/");
  const std::string client = absl::StrCat(service.folder, "/ask_", service.name, "/");
  const auto source = [&](absl::string_view text) { return sort_includes(fill(text, service)); };
  return {{service.idl, fill(kIdl, service)},
          {folder + "server.h", source(kServer)},
          {folder + "main.cc", source(kMain)},
          {folder + "server_test.cc", source(kTest)},
          {client + "main.cc", source(kClient)}};
}

absl::StatusOr<std::string> add_to_manifest(absl::string_view manifest, const NewService& service) {
  const std::size_t place = last_image(manifest);
  if (place == absl::string_view::npos) {
    return absl::InvalidArgumentError(
        "no list of images in the manifest that kidl fmt would write: (images = [ ... ]");
  }
  return absl::StrCat(manifest.substr(0, place), fill(kEntries, service), manifest.substr(place));
}

std::string next_steps(const NewService& service) {
  return fill(
      "Next: `bazel run //idl:freeze` writes its lock, which a test asks for; then\n"
      "`bazel test //$folder:$name_server_test` and `bazel run //bootimage:qemu`.\n",
      service);
}

}  // namespace kidl::tool
