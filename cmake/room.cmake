# A room is one library with its unit tests beside the code:
#   satupintu_room(core SOURCES a.cpp … TESTS a_test.cpp … LINKS other-libraries …)
# makes `satupintu_core` and, where there are tests, the program `core_test`.
function(satupintu_room room)
  cmake_parse_arguments(arg "" "" "SOURCES;TESTS;LINKS" ${ARGN})
  add_library(satupintu_${room} STATIC ${arg_SOURCES})
  target_include_directories(satupintu_${room} PUBLIC ${PROJECT_SOURCE_DIR})
  target_link_libraries(satupintu_${room} PUBLIC satupintu_flags ${arg_LINKS})
  if(arg_TESTS AND SATUPINTU_TESTS)
    satupintu_test(${room}_test SOURCES ${arg_TESTS} LINKS satupintu_${room})
  endif()
endfunction()

# A doctest program known to ctest.
function(satupintu_test name)
  cmake_parse_arguments(arg "" "TIMEOUT" "SOURCES;LINKS" ${ARGN})
  add_executable(${name} ${arg_SOURCES})
  target_link_libraries(${name} PRIVATE ${arg_LINKS} satupintu_doctest)
  target_compile_definitions(${name} PRIVATE SATUPINTU_SOURCE_DIR="${PROJECT_SOURCE_DIR}")
  add_test(NAME ${name} COMMAND ${name} WORKING_DIRECTORY ${PROJECT_SOURCE_DIR})
  if(arg_TIMEOUT)
    set_tests_properties(${name} PROPERTIES TIMEOUT ${arg_TIMEOUT})
  endif()
endfunction()

if(SATUPINTU_TESTS)
  add_library(satupintu_doctest OBJECT ${PROJECT_SOURCE_DIR}/tests/doctest_main.cpp)
  target_link_libraries(satupintu_doctest PUBLIC satupintu_flags doctest::doctest)
endif()

# A unittest file known to ctest. It finds the program under test in SATUPINTU_BINARY.
function(satupintu_python_test name file)
  cmake_parse_arguments(arg "" "TIMEOUT" "ENVIRONMENT" ${ARGN})
  add_test(NAME ${name} COMMAND python3 -B ${file} WORKING_DIRECTORY ${PROJECT_SOURCE_DIR})
  set_tests_properties(${name} PROPERTIES TIMEOUT ${arg_TIMEOUT} ENVIRONMENT "SATUPINTU_BINARY=$<TARGET_FILE:satupintu>;${arg_ENVIRONMENT}")
endfunction()
