// A new service's name, numbers and place in the manifest.
#include "gen/tool/scaffold.h"

#include <gtest/gtest.h>

#include <memory>
#include <string>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"

namespace kidl::tool {
namespace {

// A manifest with one image, and the services 0x0100 and 0x0101.
System small_system() {
  System system;
  system.files.push_back(std::make_unique<File>());
  File& file = *system.files.back();
  file.path = "idl/x.idl";
  file.name_space = "service";
  for (const char* name : {"Echo", "Log"}) {
    file.interfaces.push_back(std::make_unique<Interface>());
    file.interfaces.back()->name = name;
    file.interfaces.back()->service_number =
        static_cast<std::uint16_t>(0x0100 + file.interfaces.size() - 1);
  }
  file.enums.push_back(std::make_unique<Enum>());
  file.enums.back()->name = "FrobStatus";
  Value name;
  name.kind = Value::Kind::kText;
  name.text = "partner";
  Value identity;
  identity.kind = Value::Kind::kUint;
  identity.natural = 0x60;
  Value image;
  image.kind = Value::Kind::kStruct;
  image.names = {"name", "identity"};
  image.parts = {name, identity};
  Value list;
  list.kind = Value::Kind::kList;
  list.parts = {image};
  Constant manifest;
  manifest.name = "stock";
  manifest.value = list;
  file.constants.push_back(manifest);
  return system;
}

std::string refusal(const std::string& name) {
  const System system = small_system();
  return std::string(check_name(system, name).message());
}

NewService planned(const std::string& name, const std::string& sources = "") {
  const System system = small_system();
  const absl::StatusOr<NewService> service = plan_service(system, sources, name, "idl", "servers");
  EXPECT_TRUE(service.ok()) << service.status();
  return service.ok() ? *service : NewService{};
}

TEST(ScaffoldTest, GoodNames) {
  for (const char* name : {"greeter", "a", "key_store", "v2", "abcdefghijkl"}) {
    EXPECT_EQ(refusal(name), "") << name;
  }
}

TEST(ScaffoldTest, BadNames) {
  for (const char* name : {"", "Greeter", "keyStore", "key-store", "_a", "a_", "a__b", "2a", "a_2",
                           "../a", "a b", "gr\xc3\xbc\xc3\x9f"}) {
    EXPECT_TRUE(absl::StrContains(refusal(name), "it is not lower case")) << name;
  }
  EXPECT_TRUE(absl::StrContains(refusal("abcdefghijklm"), "more than 12 letters"));
  for (const char* name : {"class", "delete", "operator", "rt", "std"}) {
    EXPECT_TRUE(absl::StrContains(refusal(name), "C++ or the generated code has the word")) << name;
  }
  for (const char* name : {"tessera", "init", "gen", "runtime"}) {
    EXPECT_TRUE(absl::StrContains(refusal(name), "the tree has the name")) << name;
  }
}

TEST(ScaffoldTest, TakenNames) {
  EXPECT_TRUE(absl::StrContains(refusal("echo"), "idl/x.idl has Echo"));
  EXPECT_TRUE(absl::StrContains(refusal("frob"), "idl/x.idl has Frob"));
  EXPECT_TRUE(absl::StrContains(refusal("service"), "idl/x.idl has the namespace"));
  EXPECT_TRUE(absl::StrContains(refusal("partner"), "a manifest has an image of the name"));
}

TEST(ScaffoldTest, TakesWhatIsFree) {
  const NewService service = planned("key_store");
  EXPECT_EQ(service.type, "KeyStore");
  EXPECT_EQ(service.idl, "idl/service/key_store.idl");
  EXPECT_EQ(service.number, 0x0102);
  EXPECT_EQ(service.identity, 0x61U);
  EXPECT_EQ(service.client_identity, 0x62U);
  EXPECT_EQ(service.client(), "ask_key_store");
  EXPECT_NE(service.file_id, service.interface_id);
  EXPECT_EQ(service.file_id >> 63U, 1U);
}

TEST(ScaffoldTest, IdsAreTheSameEachTimeAndFree) {
  const NewService first = planned("greeter");
  EXPECT_EQ(planned("greeter").file_id, first.file_id);
  const NewService other = planned("greeter", absl::StrCat("@0x", absl::Hex(first.file_id), ";"));
  EXPECT_NE(other.file_id, first.file_id);
  EXPECT_EQ(other.interface_id, first.interface_id);
}

TEST(ScaffoldTest, NothingIsLeftToFillIn) {
  for (const auto& [path, text] : service_files(planned("greeter"))) {
    EXPECT_FALSE(absl::StrContains(absl::StrContains(path, ".idl") ? "" : text, "$"))
        << path << text;
  }
  EXPECT_FALSE(absl::StrContains(next_steps(planned("greeter")), "$"));
}

constexpr char kManifest[] =
    "const initIdentity :UInt64 = 0x1;\n\n"
    "const stock :M.Manifest = (images = [\n"
    "  (name = \"console\", identity = 0x10,\n"
    "   service = true),\n"
    "  (name = \"SELFTEST\", identity = 0x20),\n"
    "]);\n\n"
    "const bench :M.Manifest = (images = [\n"
    "  (name = \"bench\", identity = 0x30),\n"
    "]);\n";

TEST(ScaffoldTest, GoesBeforeTheLastImageOfTheFirstList) {
  const absl::StatusOr<std::string> added = add_to_manifest(kManifest, planned("greeter"));
  ASSERT_TRUE(added.ok()) << added.status();
  const std::size_t server = added->find("(name = \"greeter\", identity = 0x61");
  const std::size_t client = added->find("(name = \"ask_greeter\", identity = 0x62");
  const std::size_t last = added->find("(name = \"SELFTEST\"");
  ASSERT_NE(server, std::string::npos) << *added;
  EXPECT_GT(server, added->find("service = true),\n"));
  EXPECT_LT(server, client);
  EXPECT_LT(client, last);
  EXPECT_LT(last, added->find("const bench"));
}

TEST(ScaffoldTest, TheFirstListMayHaveANameOfItsOwn) {
  const absl::StatusOr<std::string> added = add_to_manifest(
      "const images :List(M.Image) = [\n  (name = \"a\", identity = 1),\n];\n"
      "const b :M.Manifest = (images = [\n  (name = \"b\", identity = 2),\n]);\n",
      planned("greeter"));
  ASSERT_TRUE(added.ok()) << added.status();
  EXPECT_LT(added->find("(name = \"greeter\""), added->find("(name = \"a\""));
}

TEST(ScaffoldTest, AManifestOfAnotherShapeIsTold) {
  for (const char* text :
       {"", "const stock :M.Manifest = (images = []);\n",
        "const stock :M.Manifest = (images = [\n]);\n", "(images = [\n  (name = \"x\")"}) {
    EXPECT_FALSE(add_to_manifest(text, planned("greeter")).ok()) << text;
  }
}

}  // namespace
}  // namespace kidl::tool
