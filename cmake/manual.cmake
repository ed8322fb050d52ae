# cmake -DPROGRAM=… -DFROM=page.1.in -DTO=page.1 -P manual.cmake: puts what the program says of its
# subcommands and options into the page. Options that all subcommands take are listed once.
execute_process(COMMAND ${PROGRAM} completions mdoc OUTPUT_VARIABLE lists
    RESULT_VARIABLE failed)
if(failed)
    message(FATAL_ERROR "dynascope completions mdoc: ${failed}")
endif()

set(common)
foreach(option connection read-only read-write profile region endpoint-url
    cli-connect-timeout cli-read-timeout budget help version)
    set(entry "\\.It( Fl [a-zA-Z] ,)? Fl \\\\-${option}( Ar [A-Z]+)?\n[^\n]*\n")
    string(REGEX MATCH "${entry}" first "${lists}")
    string(APPEND common "${first}")
    string(REGEX REPLACE "${entry}" "" lists "${lists}")
endforeach()
string(REPLACE ".Bl -tag -width Ds\n.El\n" "" lists "${lists}")
string(REGEX REPLACE " +\n" "\n" lists "${lists}")
# a new sentence begins a new line
string(REGEX REPLACE "\\. ([A-Z])" ".\n\\1" lists "${lists}")

execute_process(COMMAND ${PROGRAM} completions mdoc-keys OUTPUT_VARIABLE keys
    RESULT_VARIABLE failed)
if(failed)
    message(FATAL_ERROR "dynascope completions mdoc-keys: ${failed}")
endif()

file(READ ${FROM} page)
string(REPLACE "@KEYS@\n" "${keys}" page "${page}")
string(REPLACE "@SUBCOMMANDS@\n" "${lists}" page "${page}")
string(REPLACE "@COMMON@\n" ".Bl -tag -width Ds\n${common}.El\n" page "${page}")
file(WRITE ${TO} "${page}")
