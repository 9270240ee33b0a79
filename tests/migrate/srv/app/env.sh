export FROM_FILE="sourced value"
