// SPDX-License-Identifier: Apache-2.0
// /open311/v2/…: the address under which Open311's clients look for a city. New requests and the list of services go to the account of
// web/open311; what became of a request is read from Redis, by its token or its tracking code. Threads: the front executor.
#pragma once

#include <boost/asio/any_io_executor.hpp>
#include <memory>
#include <string>

#include "adapters/web/georeport.hpp"
#include "core/secret.hpp"
#include "gateway/accounts.hpp"
#include "gateway/budget.hpp"
#include "gateway/http_server.hpp"
#include "gateway/intake.hpp"
#include "normalizer/rules.hpp"
#include "queue/cases.hpp"

namespace satupintu::gateway {

class Open311Route {
 public:
  // All must outlive it. `identity_key` is the normalizer's.
  Open311Route(boost::asio::any_io_executor front, std::string account, const adapters::Adapter& adapter, Intake& intake,
               const queue::RedisSettings& redis, const normalizer::Rules& rules, const core::Secret& identity_key);

  [[nodiscard]] Route route();

 private:
  boost::asio::awaitable<core::HttpAnswer> answer(core::HttpRequest request);
  boost::asio::awaitable<core::HttpAnswer> tell(adapters::georeport::Target target);
  [[nodiscard]] adapters::georeport::ServiceRequest told_of(const queue::Case& found) const;

  boost::asio::any_io_executor front_;
  std::string account_;
  const adapters::Adapter& adapter_;
  Intake& intake_;
  const queue::RedisSettings& redis_;
  const normalizer::Rules& rules_;
  const core::Secret& identity_key_;
  Budget budget_;
};

// For the account of web/open311; nullptr where there is none, or more than one: then each is found under /channels/ only.
[[nodiscard]] std::unique_ptr<Open311Route> make_open311_route(boost::asio::any_io_executor front, const Accounts& accounts, Intake& intake,
                                                               const queue::RedisSettings& redis, const normalizer::Rules& rules,
                                                               const core::Secret& identity_key);

}  // namespace satupintu::gateway
