// SPDX-License-Identifier: Apache-2.0
#include "adapters/email/mail.hpp"

#include <doctest/doctest.h>
