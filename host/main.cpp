// lodged: the host process.
int main() { return 0; }
