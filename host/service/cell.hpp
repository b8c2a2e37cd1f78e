// The place of a service: its name, and whether something runs there now.
#pragma once

#include <atomic>
#include <string>
#include <string_view>
#include <utility>

#include "base/gate.hpp"

namespace lodge::service {

class Service;

/// Made when the name is first heard of, kept as long as the node: targets point here, services come and go.
/// Thread-safe.
class Cell {
 public:
  explicit Cell(std::string name) : name_(std::move(name)) { gate_.close(); }

  [[nodiscard]] const std::string& name() const { return name_; }

  /// A call on its way through the service, which is there until the pass is gone.
  class Pass {
   public:
    Pass() = default;
    explicit Pass(Cell& cell) : cell_(cell.gate_.enter() ? &cell : nullptr) {}
    Pass(Pass&& other) noexcept : cell_(std::exchange(other.cell_, nullptr)) {}
    Pass& operator=(Pass&& other) noexcept {
      std::swap(cell_, other.cell_);
      return *this;
    }
    ~Pass() { leave(); }

    explicit operator bool() const { return cell_ != nullptr; }
    [[nodiscard]] Service& service() const { return *cell_->service_.load(std::memory_order_acquire); }
    [[nodiscard]] Cell& cell() const { return *cell_; }
    void leave() {
      if (Cell* const cell = std::exchange(cell_, nullptr)) cell->gate_.leave();
    }

   private:
    Cell* cell_ = nullptr;
  };

  /// Lets calls in to `service`; it stays until `close` and the gate is empty.
  void open(Service& service) {
    service_.store(&service, std::memory_order_release);
    gate_.open();
  }
  void close() { gate_.close(); }
  [[nodiscard]] Gate& gate() { return gate_; }

 private:
  const std::string name_;
  Gate gate_;
  std::atomic<Service*> service_{nullptr};
};

}  // namespace lodge::service
