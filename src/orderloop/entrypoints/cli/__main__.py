from orderloop.entrypoints.cli import main

main()
