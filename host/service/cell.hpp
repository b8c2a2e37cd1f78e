// The place of a service: its name, and the way in to what runs there now.
#pragma once

#include <atomic>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/gate.hpp"

namespace lodge::service {

class Dispatch;

/// The way in to one dispatch of one service. Used again once nobody is inside any more, never freed: who comes late
/// with an old pointer finds it closed, or open to what runs there by then.
class Door {
 public:
  Door() { gate_.close(); }

  [[nodiscard]] const Dispatch& dispatch() const { return *dispatch_; }
  [[nodiscard]] Gate& gate() { return gate_; }

 private:
  friend class Cell;
  // Written while the gate is closed and nobody is inside; the gate's opening publishes them.
  const Dispatch* dispatch_ = nullptr;
  bool free_ = true;
  Gate gate_;
};

/// Made when the name is first heard of, kept as long as the node: targets point here, services come and go. Passes and
/// `close` from any thread, the rest from one thread at a time.
class Cell {
 public:
  explicit Cell(std::string name) : name_(std::move(name)) {}

  [[nodiscard]] const std::string& name() const { return name_; }

  /// A call on its way through the service: service and dispatch are there until the pass is gone.
  class Pass {
   public:
    Pass() = default;
    explicit Pass(Cell& cell) : door_(cell.enter()), cell_(&cell) {}
    Pass(Pass&& other) noexcept : door_(std::exchange(other.door_, nullptr)), cell_(other.cell_) {}
    Pass& operator=(Pass&& other) noexcept {
      std::swap(door_, other.door_);
      std::swap(cell_, other.cell_);
      return *this;
    }
    ~Pass() { leave(); }

    explicit operator bool() const { return door_ != nullptr; }
    [[nodiscard]] const Dispatch& dispatch() const { return door_->dispatch(); }
    [[nodiscard]] Cell& cell() const { return *cell_; }
    void leave() {
      if (Door* const door = std::exchange(door_, nullptr)) door->gate().leave();
    }

   private:
    Door* door_ = nullptr;
    Cell* cell_ = nullptr;
  };

  /// Lets calls in to `dispatch`, which stays until they are gone from the door that this returns; from now on nobody
  /// enters the door before it.
  Door& open(const Dispatch& dispatch) {
    Door& fresh = free_door();
    fresh.dispatch_ = &dispatch;
    fresh.free_ = false;
    fresh.gate_.open();
    Door* const before = current_.exchange(&fresh, std::memory_order_acq_rel);
    if (before != nullptr && before != &fresh) before->gate_.close();
    return fresh;
  }

  /// Lets nobody in until the next `open`.
  void close() {
    if (Door* const door = current_.load(std::memory_order_acquire)) door->gate_.close();
  }

  /// A door that is closed, and that nobody is inside of, can be used again.
  static void release(Door& door) { door.free_ = true; }

 private:
  [[nodiscard]] Door* enter() {
    Door* door = current_.load(std::memory_order_acquire);
    while (door != nullptr) {
      if (door->gate_.enter()) return door;
      // Closed: for all, or since another one has just been opened in its place.
      Door* const now = current_.load(std::memory_order_acquire);
      if (now == door && door->gate_.closed()) return nullptr;
      door = now;
    }
    return nullptr;
  }

  [[nodiscard]] Door& free_door() {
    for (const std::unique_ptr<Door>& each : doors_) {
      if (each->free_) return *each;
    }
    return *doors_.emplace_back(std::make_unique<Door>());
  }

  const std::string name_;
  std::atomic<Door*> current_{nullptr};
  std::vector<std::unique_ptr<Door>> doors_;
};

}  // namespace lodge::service
