#include "kernel/base/list.h"

#include <initializer_list>
#include <vector>

#include "gtest/gtest.h"

namespace tessera {
namespace {

struct First;
struct Second;

struct Item : Link<First>, Link<Second> {
  explicit Item(int value) : number(value) {}
  int number;
};
using Items = List<Item, First>;

std::vector<int> numbers(Items& list) {
  std::vector<int> result;
  for (Item* item = list.front(); item != nullptr; item = list.after(*item)) {
    // Held both ways.
    EXPECT_EQ(item->Link<First>::next->previous, static_cast<Link<First>*>(item));
    EXPECT_EQ(item->Link<First>::previous->next, static_cast<Link<First>*>(item));
    result.push_back(item->number);
  }
  return result;
}

class ListTest : public testing::Test {
 protected:
  static void expect(Items& list, std::initializer_list<int> expected) {
    EXPECT_EQ(numbers(list), std::vector<int>(expected));
    EXPECT_EQ(list.empty(), expected.size() == 0);
  }
  Item one{1};
  Item two{2};
  Item three{3};
  Item four{4};
  Items list;
};

TEST_F(ListTest, Empty) {
  expect(list, {});
  EXPECT_EQ(list.front(), nullptr);
  EXPECT_EQ(list.pop_front(), nullptr);
  EXPECT_FALSE(one.Link<First>::linked());
}

TEST_F(ListTest, BothEnds) {
  list.push_back(two);
  list.push_back(three);
  list.push_front(one);
  expect(list, {1, 2, 3});
  EXPECT_TRUE(one.Link<First>::linked());
  EXPECT_FALSE(one.Link<Second>::linked());
  EXPECT_EQ(list.pop_front(), &one);
  EXPECT_FALSE(one.Link<First>::linked());
  expect(list, {2, 3});
}

TEST_F(ListTest, RemovesAnywhereWithoutTheList) {
  for (Item* item : {&one, &two, &three, &four}) list.push_back(*item);
  Items::remove(two);
  expect(list, {1, 3, 4});
  Items::remove(four);
  expect(list, {1, 3});
  Items::remove(one);
  Items::remove(three);
  expect(list, {});
}

TEST_F(ListTest, RemovingWhatIsInNoListDoesNothing) {
  list.push_back(one);
  Items::remove(two);
  Items::remove(two);
  expect(list, {1});
}

TEST_F(ListTest, TheLinksOfOneItemAreApart) {
  List<Item, Second> other;
  list.push_back(one);
  list.push_back(two);
  other.push_back(two);
  other.push_back(one);
  EXPECT_EQ(other.front(), &two);
  Items::remove(one);
  expect(list, {2});
  EXPECT_EQ(other.after(two), &one);
  EXPECT_EQ(other.after(one), nullptr);
}

TEST_F(ListTest, Splice) {
  Items other;
  list.splice_back(other);
  expect(list, {});
  other.push_back(one);
  other.push_back(two);
  list.splice_back(other);
  expect(list, {1, 2});
  expect(other, {});
  other.push_back(three);
  list.splice_back(other);
  expect(list, {1, 2, 3});
  other.push_back(four);
  expect(other, {4});
}

TEST_F(ListTest, MovesAllBeforeAPlace) {
  Items other;
  list.push_back(one);
  list.push_back(four);
  other.move_all_before(four);
  expect(list, {1, 4});
  other.push_back(two);
  other.push_back(three);
  other.move_all_before(four);
  expect(list, {1, 2, 3, 4});
  expect(other, {});
}

TEST_F(ListTest, HandsOverAllOfIt) {
  Items other;
  list.hand_over(other);
  expect(other, {});
  list.push_back(one);
  list.push_back(two);
  list.hand_over(other);
  expect(list, {});
  expect(other, {1, 2});
  list.push_back(three);
  expect(list, {3});
  expect(other, {1, 2});
}

TEST_F(ListTest, AnItemHandsOverItsPlace) {
  for (Item* item : {&one, &two, &three}) list.push_back(*item);
  two.Link<First>::hand_over(four);
  expect(list, {1, 4, 3});
  EXPECT_FALSE(two.Link<First>::linked());
  two.Link<First>::hand_over(one);  // it has none any more: nothing happens
  expect(list, {1, 4, 3});
}

}  // namespace
}  // namespace tessera
