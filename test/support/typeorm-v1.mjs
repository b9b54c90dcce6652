// For the jest projects that run with TypeORM 1.x: their worker processes load it too, see ts-register.mjs.
process.env.TYPEORM_PACKAGE = 'typeorm-v1';
