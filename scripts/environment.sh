# Sourced by the scripts beside it: takes over what `.env` says, where there is one,
# and settles the defaults of this checkout. What is set already wins over the file.
while IFS= read -r line || [ -n "$line" ]; do
  case $line in
    [A-Z]*=*) ;;
    *) continue ;;
  esac
  name=${line%%=*}
  value=${line#*=}
  value=${value#\"}
  value=${value%\"}
  [ -n "${!name+set}" ] || export "$name=$value"
done < <(cat .env 2>/dev/null)
export PORT=${PORT:-8000}
export VAR_DIR=${VAR_DIR:-$PWD/var}
export BASE_URL=${BASE_URL:-http://127.0.0.1:$PORT}
export ALLOWED_HOSTS=${ALLOWED_HOSTS:-localhost}
